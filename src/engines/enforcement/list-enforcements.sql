-- Question: what were engines told, latest first, those of one moment by their decisions?
-- Inputs:   $1 environment, $2 flag (null: all), $3 before this taken_at, $4 sequence and $5 id (null: from the latest), $6 rows at most
-- Outputs:  the rows
SELECT id, connection, environment, flag, treatment, decision, sequence, action, reach, dry_run, why, status, detail, attempts,
  decided_at, taken_at, sent_at, acknowledged_at, last_treatment_at, confirmed_at, escalated_at, reopened, reopened_at
FROM enforcements
WHERE environment = $1 AND ($2::text IS NULL OR flag = $2)
  AND ($3::timestamptz IS NULL OR (taken_at, sequence, id) < ($3::timestamptz, $4::bigint, $5::text))
ORDER BY taken_at DESC, sequence DESC, id DESC
LIMIT $6::int
