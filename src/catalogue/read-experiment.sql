-- Question: what is this experiment?
-- Inputs:   $1 key
-- Outputs:  definition, status, revision, created_at, updated_at, started_at, stopped_at, flag_wide (JSON), implicit, metric_versions (JSON object)
SELECT definition, status, revision, created_at, updated_at, started_at, stopped_at, flag_wide, implicit,
       (SELECT coalesce(jsonb_object_agg(metric, version), '{}')
        FROM experiment_metrics WHERE experiment = experiments.key COLLATE "default") AS metric_versions
FROM experiments
WHERE key = $1
