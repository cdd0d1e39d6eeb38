-- Question: how are the endpoints?
-- Inputs:   none
-- Outputs:  id, waiting, oldest_seconds: how long the oldest waits (null: none waits), failing_seconds (null: it is not)
SELECT webhooks.id,
       count(webhook_deliveries.id)::int AS waiting,
       extract(epoch FROM now() - min(webhook_deliveries.created_at))::float8 AS oldest_seconds,
       extract(epoch FROM now() - webhooks.failing_since)::float8 AS failing_seconds
FROM webhooks LEFT JOIN webhook_deliveries ON webhook = webhooks.id AND status = 'waiting'
GROUP BY webhooks.id
ORDER BY webhooks.id
