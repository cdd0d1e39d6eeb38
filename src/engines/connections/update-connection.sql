-- Question: give an engine connection its next revision.
-- Inputs:   $1 key, $2 environment, $3 definition (JSON), $4 now
-- Outputs:  none
UPDATE engine_connections
SET environment = $2, definition = $3::jsonb, revision = revision + 1, updated_at = $4
WHERE key = $1
