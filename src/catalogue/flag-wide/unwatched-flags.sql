-- Question: of the next flags that say how their units are shared out, which have no experiment now, though there are flag-wide
--           guardrails for them?
-- Inputs:   $1 after this id ('': from the first), $2 how many flags are looked at, $3 now
-- Outputs:  one row: last (id of the last one looked at, or null), looked (how many), unwatched (JSON array of {environment, flag,
--           unitType, variants, since: when its last experiment ended, or null})
WITH looked AS (
  SELECT id, definition, environment, definition ->> 'key' AS flag, definition -> 'guardrailsOptOut' AS opt_out
  FROM catalogue_entries
  WHERE kind = 'flags' AND jsonb_typeof(definition -> 'allocation') = 'object' AND id > $1
    -- Where there are no flag-wide guardrails at all, no flag is looked at.
    AND EXISTS (SELECT FROM catalogue_entries WHERE kind = 'flagGuardrails')
  ORDER BY id
  LIMIT $2::int
)
SELECT max(looked.id) AS last, count(*)::int AS looked,
       coalesce(
         jsonb_agg(jsonb_build_object(
           'environment', looked.environment, 'flag', looked.flag, 'unitType', entry.definition ->> 'unitType',
           'variants', jsonb_path_query_array(looked.definition, '$.variants[*].key'), 'since', latest.ended))
         FILTER (WHERE entry.id IS NOT NULL AND NOT latest.runs),
         '[]') AS unwatched
FROM looked
LEFT JOIN catalogue_entries AS entry
  ON entry.kind = 'flagGuardrails' AND entry.id = looked.environment COLLATE "C"
 AND NOT coalesce(jsonb_typeof(looked.opt_out -> 'metrics') = 'null', false)
 AND EXISTS (
   SELECT
   FROM jsonb_array_elements(entry.definition -> 'guardrails') AS one
   WHERE NOT coalesce(looked.opt_out -> 'metrics' ? (one ->> 'metric'), false)
 )
CROSS JOIN LATERAL (
  SELECT max(ends_at) FILTER (WHERE starts_at < ends_at) AS ended,
         coalesce(bool_or(status = 'running' AND coalesce(ends_at, 'infinity') > $3::timestamptz), false) AS runs
  FROM (
    SELECT status, (definition ->> 'start')::timestamptz AS starts_at, (definition ->> 'end')::timestamptz AS ends_at
    FROM experiments
    WHERE experiments.environment = looked.environment AND experiments.flag = looked.flag AND status <> 'draft'
  ) AS started
) AS latest
