-- Question: all that attribution and analysis need to know of some experiments, at one moment (one statement, one snapshot)?
-- Inputs:   $1 keys
-- Outputs:  key, definition, status, guardrails_changed_at, flag_wide, epochs (JSON array), metrics (JSON array of {version, definition}), segments (JSON array)
-- The collations are those of the indexes: without them every plan would be a scan of all epochs and all pinned metrics.
SELECT key, definition, status, guardrails_changed_at, flag_wide,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
                 'number', number, 'arms', arms, 'targeting', targeting, 'effectiveAt', effective_at,
                 'externalId', external_id, 'flagVersion', flag_version) ORDER BY number), '[]')
        FROM epochs WHERE experiment = experiments.key COLLATE "default") AS epochs,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('version', v.version, 'definition', v.definition)), '[]')
        FROM experiment_metrics AS m
        JOIN metric_versions AS v ON v.key = m.metric COLLATE "C" AND v.version = m.version
        WHERE m.experiment = experiments.key COLLATE "default") AS metrics,
       (SELECT coalesce(jsonb_agg(s.definition), '[]')
        FROM catalogue_entries AS s
        WHERE s.kind = 'segments' AND experiments.definition -> 'segments' ? s.id) AS segments
FROM experiments
WHERE key = ANY($1)
ORDER BY key
