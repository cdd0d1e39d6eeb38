-- Question: which running experiments have guardrails, of their own or flag-wide ones?
-- Inputs:   none
-- Outputs:  key, environment, flag, revision
SELECT key, environment, flag, revision
FROM experiments
WHERE status = 'running'
  AND (jsonb_array_length(coalesce(definition -> 'guardrails', '[]')) > 0 OR jsonb_array_length(flag_wide -> 'guardrails') > 0)
ORDER BY key
