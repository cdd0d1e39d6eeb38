-- Question: give an environment, flag or segment its next revision.
-- Inputs:   $1 kind, $2 id, $3 definition (JSON), $4 now
-- Outputs:  none
UPDATE catalogue_entries
SET definition = $3::jsonb, revision = revision + 1, updated_at = $4
WHERE kind = $1 AND id = $2
