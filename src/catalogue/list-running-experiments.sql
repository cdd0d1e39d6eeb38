-- Question: which experiments need a scorecard made regularly, and how often?
-- Inputs:   none
-- Outputs:  key, refresh_seconds
SELECT key, (definition ->> 'refreshSeconds')::int AS refresh_seconds
FROM experiments
WHERE status = 'running'
ORDER BY key
