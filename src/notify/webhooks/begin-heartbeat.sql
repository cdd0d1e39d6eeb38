-- Question: is an endpoint to be told now that decisions hold? Who is told so tells it, and nobody else does.
-- Inputs:   $1 webhook, $2 now
-- Outputs:  id; none where it is not
UPDATE webhooks SET heartbeat_tried_at = $2
WHERE id = $1 AND webhook_wants_heartbeat(webhooks, $2)
RETURNING id
