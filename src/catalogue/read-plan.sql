-- Question: all that attribution and analysis need to know of one experiment, at one moment (one statement, one snapshot)?
-- Inputs:   $1 key
-- Outputs:  definition, status, epochs (JSON array), metrics (JSON array of {version, definition}), segments (JSON array)
SELECT definition, status,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
                 'number', number, 'arms', arms, 'targeting', targeting, 'effectiveAt', effective_at,
                 'externalId', external_id, 'flagVersion', flag_version) ORDER BY number), '[]')
        FROM epochs WHERE experiment = experiments.key) AS epochs,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('version', v.version, 'definition', v.definition)), '[]')
        FROM experiment_metrics AS m
        JOIN metric_versions AS v ON v.key = m.metric AND v.version = m.version
        WHERE m.experiment = experiments.key) AS metrics,
       (SELECT coalesce(jsonb_agg(s.definition), '[]')
        FROM catalogue_entries AS s
        WHERE s.kind = 'segments' AND experiments.definition -> 'segments' ? s.id) AS segments
FROM experiments
WHERE key = $1
