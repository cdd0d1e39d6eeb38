-- Question: an endpoint has taken a heartbeat.
-- Inputs:   $1 webhook, $2 when
-- Outputs:  none
UPDATE webhooks SET heartbeat_at = $2 WHERE id = $1
