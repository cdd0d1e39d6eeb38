-- Question: make a version of a metric, unless there is one of this number.
-- Inputs:   $1 key, $2 version, $3 definition (JSON), $4 now
-- Outputs:  version, if it was made; else no row
INSERT INTO metric_versions (key, version, definition, created_at)
VALUES ($1, $2, $3::jsonb, $4)
ON CONFLICT (key, version) DO NOTHING
RETURNING version
