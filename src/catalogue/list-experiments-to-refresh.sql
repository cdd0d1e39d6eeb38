-- Question: which experiments need a scorecard made regularly, and how often? Those that run, and those that were stopped
--           while the last windows are open, for stopping cuts none; a window without end counts as 30 days.
-- Inputs:   $1 now
-- Outputs:  key, refresh_seconds
SELECT key, (definition ->> 'refreshSeconds')::int AS refresh_seconds
FROM experiments
WHERE status = 'running'
   OR (status = 'stopped'
       -- An hour more, for events that arrive late.
       AND stopped_at + interval '1 hour' * (1 + (
             SELECT coalesce(max(coalesce((versions.definition ->> 'windowHours')::float8, (versions.definition ->> 'toHours')::float8, 720)), 0)
             FROM experiment_metrics AS pinned
             JOIN metric_versions AS versions ON versions.key = pinned.metric AND versions.version = pinned.version
             WHERE pinned.experiment = experiments.key)) > $1)
ORDER BY key
