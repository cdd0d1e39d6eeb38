-- Question: which experiments are there, in the order of their keys?
-- Inputs:   $1 after this key (null: from the first), $2 status or null, $3 environment or null, $4 flag or null,
--           $5 implicit (null: either), $6 rows at most
-- Outputs:  as read-experiment.sql
SELECT definition, status, revision, created_at, updated_at, started_at, stopped_at, flag_wide, implicit,
       (SELECT coalesce(jsonb_object_agg(metric, version), '{}')
        FROM experiment_metrics WHERE experiment = experiments.key COLLATE "default") AS metric_versions
FROM experiments
WHERE ($1::text IS NULL OR key > $1)
  AND ($2::text IS NULL OR status = $2)
  AND ($3::text IS NULL OR environment = $3)
  AND ($4::text IS NULL OR flag = $4)
  AND ($5::boolean IS NULL OR implicit = $5)
ORDER BY key
LIMIT $6::int
