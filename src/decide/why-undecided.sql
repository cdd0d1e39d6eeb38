-- Question: why is nothing decided on this variant of a flag?
-- Inputs:   $1 environment, $2 flag, $3 variant
-- Outputs:  flag_exists, experiment (the one that runs on the flag, or null), is_arm, is_control, guardrails (how many)
SELECT EXISTS (SELECT FROM catalogue_entries WHERE kind = 'flags' AND id = $1 || '/' || $2) AS flag_exists,
       running.key AS experiment,
       running.definition -> 'arms' @> jsonb_build_array(jsonb_build_object('variant', $3::text)) AS is_arm,
       running.definition ->> 'control' = $3 AS is_control,
       jsonb_array_length(coalesce(running.definition -> 'guardrails', '[]'))
         + jsonb_array_length(coalesce(running.flag_wide -> 'guardrails', '[]')) AS guardrails
FROM (SELECT) AS one
LEFT JOIN LATERAL (
  SELECT key, definition, flag_wide
  FROM experiments
  WHERE status = 'running' AND environment = $1 AND flag = $2
  ORDER BY key
  LIMIT 1
) AS running ON true
