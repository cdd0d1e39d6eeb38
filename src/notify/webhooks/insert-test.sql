-- Question: keep what became of a message by which an endpoint was tried out.
-- Inputs:   $1 webhook, $2 message, $3 delivered, $4 when it began, $5 when it ended, $6 latency (ms), $7 status of the
--           answer, $8 its first bytes, $9 error
-- Outputs:  all columns of webhook_deliveries
INSERT INTO webhook_deliveries
  (webhook, kind, message, status, attempts, created_at, first_attempt_at, last_attempt_at, finished_at,
   latency_ms, response_status, response_body, error)
VALUES ($1, 'test', $2, CASE WHEN $3::boolean THEN 'delivered' ELSE 'failed' END, 1, $4, $4, $4, $5, $6, $7, $8, $9)
RETURNING *
