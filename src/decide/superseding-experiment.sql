-- Question: is it another experiment than this one that is decided on now? One that began later, though it may have been
--           stopped since; before this one begins, any that runs and begins before it.
-- Inputs:   $1 environment, $2 flag, $3 experiment, $4 its start, $5 now
-- Outputs:  key of one of them, or no row
SELECT key
FROM (
  SELECT key, status, (definition ->> 'start')::timestamptz AS starts_at, (definition ->> 'end')::timestamptz AS ends_at
  FROM experiments
  WHERE environment = $1 AND flag = $2 AND key <> $3 AND status <> 'draft'
) AS other
WHERE starts_at < coalesce(ends_at, 'infinity')
  AND CASE WHEN $4::timestamptz <= $5::timestamptz THEN starts_at > $4 AND starts_at <= $5
           ELSE status = 'running' AND starts_at < $4 END
LIMIT 1
