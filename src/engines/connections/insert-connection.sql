-- Question: make an engine connection, unless there is one.
-- Inputs:   $1 key, $2 environment, $3 definition (JSON), $4 now
-- Outputs:  key, if it was made; else no row
INSERT INTO engine_connections (key, environment, definition, revision, created_at, updated_at)
VALUES ($1, $2, $3::jsonb, 1, $4, $4)
ON CONFLICT (key) DO NOTHING
RETURNING key
