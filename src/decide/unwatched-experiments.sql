-- Question: which experiments were decided on, and are not watched any more, without that being told yet?
-- Inputs:   $1 the keys of those that are watched, $2 at most so many
-- Outputs:  key, environment, flag
SELECT DISTINCT experiment AS key, environment, flag
FROM decision_states AS decided
WHERE NOT ended AND sequence IS NOT NULL
  AND NOT EXISTS (SELECT FROM unnest($1::text[]) AS watched (key) WHERE watched.key COLLATE "C" = decided.experiment)
ORDER BY key
LIMIT $2
