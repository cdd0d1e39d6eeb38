-- Question: what is remembered of these treatments? Their rows stay locked until the transaction ends.
-- Inputs:   $1 environment, $2 flag, $3 treatments
-- Outputs:  treatment, experiment, sequence, state, look, ended, spoken_until
SELECT treatment, experiment, sequence, state, look, ended, spoken_until
FROM decision_states
WHERE environment = $1 AND flag = $2 AND treatment = ANY ($3::text[])
ORDER BY treatment
FOR UPDATE
