-- Question: what renews the decisions that an endpoint was told of? Nothing does in an environment of whose decisions up to
-- the heartbeat's some are not made into deliveries yet, or are still to be delivered: what it has is not how things stand.
-- Inputs:   $1 webhook
-- Outputs:  environment, sequence, at, data_through, excepted
SELECT environment, heartbeat.sequence, at, data_through, excepted
FROM decision_heartbeats AS heartbeat
JOIN notify_cursors AS made USING (environment)
WHERE made.reader = 'webhooks' AND made.sequence >= heartbeat.sequence
  AND NOT EXISTS (
    SELECT FROM webhook_deliveries AS waiting
    WHERE waiting.webhook = $1 AND waiting.status = 'waiting' AND waiting.environment = heartbeat.environment)
ORDER BY environment
