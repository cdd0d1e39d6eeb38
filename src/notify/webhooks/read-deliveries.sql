-- Question: what was or is to be delivered to an endpoint? The newest first.
-- Inputs:   $1 webhook, $2 delivery or null, $3 before this id or null, $4 status or null, $5 at most so many
-- Outputs:  all columns of webhook_deliveries
SELECT * FROM webhook_deliveries
WHERE webhook = $1 AND ($2::bigint IS NULL OR id = $2) AND ($3::bigint IS NULL OR id < $3)
  AND ($4::text IS NULL OR status = $4)
ORDER BY id DESC
LIMIT $5
