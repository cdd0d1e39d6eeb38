-- Question: which environments, flags or segments are there, in the order of their ids?
-- Inputs:   $1 kind, $2 after this id (null: from the first), $3 environment or null, $4 rows at most
-- Outputs:  id, definition, revision, created_at, updated_at
SELECT id, definition, revision, created_at, updated_at
FROM catalogue_entries
WHERE kind = $1
  AND ($2::text IS NULL OR id > $2)
  AND ($3::text IS NULL OR environment = $3)
ORDER BY id
LIMIT $4::int
