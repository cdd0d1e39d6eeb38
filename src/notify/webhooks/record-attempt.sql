-- Question: what did an attempt come to?
-- Inputs:   $1 delivery, $2 delivered, $3 refused, $4 when it began, $5 when it ended, $6 latency (ms), $7 status of the
--           answer, $8 its first bytes, $9 error
-- Outputs:  none
UPDATE webhook_deliveries
SET status = CASE WHEN $2::boolean THEN 'delivered' ELSE status END,
    refused = refused OR $3::boolean,
    attempts = attempts + 1,
    first_attempt_at = coalesce(first_attempt_at, $4),
    last_attempt_at = $4,
    finished_at = CASE WHEN $2::boolean THEN $5::timestamptz ELSE finished_at END,
    latency_ms = $6, response_status = $7, response_body = $8, error = $9
WHERE id = $1
