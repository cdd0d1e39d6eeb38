-- Question: which gates are open, in the order of their ids?
-- Inputs:   $1 after this id (null: from the first), $2 rows at most
-- Outputs:  id, hash, name, environment, flag, treatment, created_by, created_at
SELECT id, hash, name, environment, flag, treatment, created_by, created_at
FROM engine_gates
WHERE revoked_at IS NULL AND ($1::text IS NULL OR id > $1)
ORDER BY id
LIMIT $2::int
