-- Question: many running experiments like one, each on a flag of its own, with the first version of each metric.
-- Inputs:   $1 how many, $2 the definition, $3 its metrics
-- Outputs:  none
WITH made AS (
  INSERT INTO experiments (key, definition, status, revision, created_at, updated_at, started_at)
  SELECT 'flag-' || number, $2::jsonb || jsonb_build_object('key', 'flag-' || number, 'flag', 'flag-' || number),
         'running', 2, now(), now(), now()
  FROM generate_series(1, $1::int) AS number
  RETURNING key
), pinned AS (
  INSERT INTO experiment_metrics (experiment, metric, version)
  SELECT made.key, metric, 1 FROM made, unnest($3::text[]) AS metric
)
INSERT INTO epochs (experiment, number, arms, targeting, effective_at, opened_at)
SELECT key, 1, $2::jsonb -> 'arms', '[]', ($2::jsonb ->> 'start')::timestamptz, now() FROM made
