-- Question: enforce a decision, unless it is, or the same is under way already, or a later decision was met?
-- Inputs:   $1 id, $2 connection, $3 environment, $4 flag, $5 treatment, $6 decision, $7 sequence, $8 action, $9 reach,
--           $10 dry run, $11 why, $12 status, $13 detail, $14 decided at, $15 now, $16 next at (null: nothing to do)
-- Outputs:  the row, if it was made; else none
INSERT INTO enforcements (id, connection, environment, flag, treatment, decision, sequence, action, reach, dry_run, why, status,
  detail, decided_at, taken_at, next_at)
SELECT $1, $2, $3, $4, $5, $6, $7::bigint, $8, $9, $10::boolean, $11, $12, $13, $14::timestamptz, $15::timestamptz, $16::timestamptz
WHERE NOT EXISTS (
  SELECT 1 FROM enforcements AS known
  WHERE known.connection = $2 AND known.environment = $3 AND known.flag = $4 AND known.treatment = $5
    AND known.dry_run = $10::boolean
    AND (known.sequence > $7::bigint OR (known.next_at IS NOT NULL AND known.action = $8))
)
ON CONFLICT (connection, environment, flag, treatment, sequence, dry_run) DO NOTHING
RETURNING id, connection, environment, flag, treatment, decision, sequence, action, reach, dry_run, why, status, detail, attempts,
  decided_at, taken_at, sent_at, acknowledged_at, last_treatment_at, confirmed_at, escalated_at, reopened, reopened_at
