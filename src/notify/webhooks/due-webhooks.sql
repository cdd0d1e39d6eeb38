-- Question: to whom is something to be delivered now, or to be told that decisions hold?
-- Inputs:   $1 now
-- Outputs:  id
SELECT id FROM webhooks
WHERE (definition ->> 'enabled')::boolean AND (retry_at IS NULL OR retry_at <= $1)
  AND (EXISTS (SELECT FROM webhook_deliveries WHERE webhook = webhooks.id AND status = 'waiting')
       OR webhook_wants_heartbeat(webhooks, $1))
ORDER BY id
