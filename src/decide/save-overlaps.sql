-- Question: keep what tests of pairs have shown: the most that each ever has.
-- Inputs:   $1 environment, $2 JSON array of {first, first_epoch, second, second_epoch, halvings, alpha, log_e, units}, $3 now
-- Outputs:  first, first_epoch, second, second_epoch, halvings, shown
INSERT INTO assignment_overlaps AS old
  (environment, first, first_epoch, second, second_epoch, halvings, alpha, log_e, units, tested_at, shown_at)
SELECT $1, first, first_epoch, second, second_epoch, halvings, alpha, log_e, units, $3,
       CASE WHEN log_e >= -ln(alpha) THEN $3::timestamptz END
FROM jsonb_to_recordset($2::jsonb) AS new (first text, first_epoch integer, second text, second_epoch integer,
  halvings integer, alpha float8, log_e float8, units bigint)
ON CONFLICT (environment, first, second, first_epoch, second_epoch, halvings) DO UPDATE
SET log_e = greatest(old.log_e, excluded.log_e), units = excluded.units, tested_at = excluded.tested_at,
    shown_at = coalesce(old.shown_at, CASE WHEN excluded.log_e >= -ln(old.alpha) THEN excluded.tested_at END)
RETURNING first, first_epoch, second, second_epoch, halvings, shown_at IS NOT NULL AS shown
