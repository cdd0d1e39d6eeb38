-- Question: keep how far an enforcement has come, if it is still ours to work on.
-- Inputs:   $1 id, $2 claim, $3 status, $4 detail, $5 attempts, $6 sent at, $7 acknowledged at, $8 last treatment at,
--           $9 confirmed at, $10 escalated at, $11 next at (null: it is over), $12 reopened, $13 reopened at
-- Outputs:  the row; none if it ended meanwhile
UPDATE enforcements
SET status = $3, detail = $4, attempts = $5::int, sent_at = $6::timestamptz, acknowledged_at = $7::timestamptz,
  last_treatment_at = $8::timestamptz, confirmed_at = $9::timestamptz, escalated_at = $10::timestamptz,
  next_at = $11::timestamptz, reopened = $12::int, reopened_at = $13::timestamptz, claim = NULL, claimed_until = NULL
WHERE id = $1 AND claim = $2 AND next_at IS NOT NULL
RETURNING id, connection, environment, flag, treatment, decision, sequence, action, reach, dry_run, why, status, detail, attempts,
  decided_at, taken_at, sent_at, acknowledged_at, last_treatment_at, confirmed_at, escalated_at, reopened, reopened_at
