-- Question: give an experiment its next revision.
-- Inputs:   $1 key, $2 definition (JSON), $3 status, $4 now, $5 started at or null, $6 stopped at or null
-- Outputs:  none
UPDATE experiments
SET definition = $2::jsonb, status = $3, revision = revision + 1, updated_at = $4,
    started_at = $5, stopped_at = $6
WHERE key = $1
