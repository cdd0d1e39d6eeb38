-- Question: which enforcements are due, for whoever asks and nobody else for a while?
-- Inputs:   $1 claim, $2 now, $3 claimed until, $4 rows at most
-- Outputs:  the rows, claimed
UPDATE enforcements
SET claim = $1, claimed_until = $3::timestamptz
WHERE id IN (
  SELECT id FROM enforcements
  WHERE next_at <= $2::timestamptz AND (claimed_until IS NULL OR claimed_until <= $2::timestamptz)
  ORDER BY next_at
  LIMIT $4::int
  FOR UPDATE SKIP LOCKED
)
RETURNING id, connection, environment, flag, treatment, decision, sequence, action, reach, dry_run, why, status, detail, attempts,
  decided_at, taken_at, sent_at, acknowledged_at, last_treatment_at, confirmed_at, escalated_at, reopened, reopened_at
