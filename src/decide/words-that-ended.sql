-- Question: by which experiments was something decided that a person said for a time, which is over?
-- Inputs:   $1 now, $2 at most so many
-- Outputs:  key, environment, flag
SELECT DISTINCT experiment AS key, environment, flag FROM decision_states WHERE spoken_until <= $1 ORDER BY key LIMIT $2
