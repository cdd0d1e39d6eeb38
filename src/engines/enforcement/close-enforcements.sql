-- Question: which enforcements of earlier decisions on a treatment end with a later one?
-- Inputs:   $1 environment, $2 flag, $3 treatment, $4 sequence of the later one, $5 connection (null: all),
--           $6 the action that goes on (null: none), $7 status, $8 detail
-- Outputs:  the rows that ended; those that are confirmed stay so, and are not looked at any more
UPDATE enforcements
SET status = CASE WHEN status = 'confirmed' THEN status ELSE $7 END,
    detail = CASE WHEN status = 'confirmed' THEN detail ELSE $8 END,
    next_at = NULL, claim = NULL, claimed_until = NULL
WHERE environment = $1 AND flag = $2 AND treatment = $3 AND sequence < $4::bigint AND next_at IS NOT NULL
  AND ($5::text IS NULL OR connection = $5) AND ($6::text IS NULL OR action <> $6)
RETURNING id, connection, environment, flag, treatment, decision, sequence, action, reach, dry_run, why, status, detail, attempts,
  decided_at, taken_at, sent_at, acknowledged_at, last_treatment_at, confirmed_at, escalated_at, reopened, reopened_at
