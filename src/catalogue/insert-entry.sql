-- Question: make an environment, flag or segment, unless there is one.
-- Inputs:   $1 kind, $2 id, $3 definition (JSON), $4 now
-- Outputs:  id, if it was made; else no row
INSERT INTO catalogue_entries (kind, id, definition, revision, created_at, updated_at)
VALUES ($1, $2, $3::jsonb, 1, $4, $4)
ON CONFLICT (kind, id) DO NOTHING
RETURNING id
