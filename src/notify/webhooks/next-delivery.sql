-- Question: what is to be delivered to an endpoint next? The oldest that was not refused, then what was refused longest ago.
-- Inputs:   $1 webhook
-- Outputs:  id, environment, flag, treatment, sequence, refused, breach_waits: whether a breach is among all that wait
SELECT id, environment, flag, treatment, sequence, refused, bool_or(verdict = 'breach') OVER () AS breach_waits
FROM webhook_deliveries
WHERE webhook = $1 AND status = 'waiting'
ORDER BY refused, CASE WHEN refused THEN last_attempt_at END, id
LIMIT 1
