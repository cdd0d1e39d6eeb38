-- Question: which experiments need scorecards, how often, and is what is known of them still so? Those that run, and those
--           that were stopped while the last windows are open, for stopping cuts none; a window without end counts as 30 days.
-- Inputs:   $1 now, $2 keys (null: all)
-- Outputs:  key, refresh_seconds, revision, segments_revision (of all segments together)
SELECT key, (definition ->> 'refreshSeconds')::int AS refresh_seconds, revision,
       (SELECT coalesce(sum(revision), 0) FROM catalogue_entries WHERE kind = 'segments')::int AS segments_revision
FROM experiments
WHERE ($2::text[] IS NULL OR key = ANY($2))
  AND (status = 'running'
   OR (status = 'stopped'
       -- An hour more, for events that arrive late.
       AND stopped_at + interval '1 hour' * (1 + (
             SELECT coalesce(max(coalesce((versions.definition ->> 'windowHours')::float8, (versions.definition ->> 'toHours')::float8, 720)), 0)
             FROM experiment_metrics AS pinned
             JOIN metric_versions AS versions ON versions.key = pinned.metric COLLATE "C" AND versions.version = pinned.version
             WHERE pinned.experiment = experiments.key COLLATE "default")) > $1))
ORDER BY key
