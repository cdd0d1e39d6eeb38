-- Question: which version do those of an experiment's metrics count by that have none yet? The current one.
-- Inputs:   $1 experiment, $2 metrics
-- Outputs:  none
INSERT INTO experiment_metrics (experiment, metric, version)
SELECT $1, key, max(version)
FROM metric_versions
WHERE key = ANY ($2::text[])
GROUP BY key
ON CONFLICT (experiment, metric) DO NOTHING
