-- Question: make a draft of an experiment, unless there is one of this key.
-- Inputs:   $1 key, $2 definition (JSON), $3 now, $4 whether it is implicit
-- Outputs:  key, if it was made; else no row
INSERT INTO experiments (key, definition, status, revision, created_at, updated_at, implicit)
VALUES ($1, $2::jsonb, 'draft', 1, $3, $3, $4)
ON CONFLICT (key) DO NOTHING
RETURNING key
