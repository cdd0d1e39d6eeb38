-- Question: what is this environment, flag or segment?
-- Inputs:   $1 kind, $2 id
-- Outputs:  id, definition, revision, created_at, updated_at
SELECT id, definition, revision, created_at, updated_at
FROM catalogue_entries
WHERE kind = $1 AND id = $2
