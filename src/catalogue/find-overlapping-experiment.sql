-- Question: which other experiment that was started has a moment of this flag in common with [$4, $5)?
-- Inputs:   $1 environment, $2 flag, $3 the key that is not meant, $4 from, $5 to (null: open)
-- Outputs:  key, implicit, starts_at, ends_at (null: open) of the first one
SELECT key, implicit, starts_at, ends_at
FROM (
  SELECT key, implicit, (definition ->> 'start')::timestamptz AS starts_at, (definition ->> 'end')::timestamptz AS ends_at
  FROM experiments
  WHERE environment = $1 AND flag = $2 AND key <> $3 AND status <> 'draft'
) AS started
WHERE starts_at < coalesce($5::timestamptz, 'infinity')
  AND coalesce(ends_at, 'infinity') > $4::timestamptz
  AND starts_at < coalesce(ends_at, 'infinity')
ORDER BY starts_at, key
LIMIT 1
