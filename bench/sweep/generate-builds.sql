-- Question: a live build of each experiment `flag-1`…, numbered like them.
-- Inputs:   $1 how many, $2 the plan of `flag-1`
-- Outputs:  none
INSERT INTO attribution_builds (id, experiment, identity, plan, parameters, slow_counts, state, progress, fence, live_at)
OVERRIDING SYSTEM VALUE
SELECT number, 'flag-' || number, '',
       $2::jsonb || jsonb_build_object('key', 'flag-' || number, 'flag', 'flag-' || number),
       (SELECT jsonb_object_agg((metric -> 'definition' ->> 'key') || ' ' || (metric ->> 'version'),
                                '{"version": 1, "centre": [10], "centreUnits": 1000, "caps": {}}'::jsonb)
        FROM jsonb_array_elements($2::jsonb -> 'metrics') AS metric),
       '{"units": 1000, "duplicateEvents": 0, "conversionsOfOtherUnitTypes": 0}', 'live', 1, 1, now()
FROM generate_series(1, $1::int) AS number
