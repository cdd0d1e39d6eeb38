-- Question: note that a token is in use, at most once a minute.
-- Inputs:   $1 id, $2 now
-- Outputs:  none
UPDATE tokens
SET last_used_at = $2::timestamptz
WHERE id = $1
  AND (last_used_at IS NULL OR last_used_at <= $2::timestamptz - interval '1 minute')
