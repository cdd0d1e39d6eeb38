-- Question: which tokens have not been revoked, in the order of their ids?
-- Inputs:   $1 after this id (null: from the first), $2 rows at most, $3 only this id (null: all)
-- Outputs:  id, name, scopes, created_by, created_at, expires_at, last_used_at
SELECT id, name, scopes, created_by, created_at, expires_at, last_used_at
FROM tokens
WHERE revoked_at IS NULL
  AND ($1::text IS NULL OR id > $1)
  AND ($3::text IS NULL OR id = $3)
ORDER BY id
LIMIT $2::int
