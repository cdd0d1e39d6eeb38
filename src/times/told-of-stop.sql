-- Question: who was told of a stop, and when did each answer? Later decisions that stop the same are the same stop.
-- Inputs:   $1 environment, $2 flag, $3 treatment, $4 sequence of the stop, $5 sequence of the next one (null: none), $6 rows at most
-- Outputs:  kind, name, sent_at, acknowledged_at, last_treatment_at, confirmed_at, pauses (it goes on for whoever has it)
SELECT 'engine' AS kind, connection AS name, min(sent_at) AS sent_at, min(acknowledged_at) AS acknowledged_at,
       max(last_treatment_at) AS last_treatment_at, max(confirmed_at) AS confirmed_at, bool_and(action = 'pause') AS pauses
FROM enforcements
WHERE environment = $1 AND flag = $2 AND treatment = $3 AND NOT dry_run
  AND sequence >= $4::bigint AND ($5::bigint IS NULL OR sequence < $5::bigint)
GROUP BY connection
UNION ALL
SELECT 'webhook', webhook, min(first_attempt_at), min(finished_at) FILTER (WHERE status = 'delivered'), NULL, NULL, false
FROM webhook_deliveries
WHERE environment = $1 AND flag = $2 AND treatment = $3 AND kind = 'decision' AND verdict = 'breach'
  AND sequence >= $4::bigint AND ($5::bigint IS NULL OR sequence < $5::bigint)
GROUP BY webhook
ORDER BY 1, 2
LIMIT $6::int
