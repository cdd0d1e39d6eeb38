-- Question: by which experiment was this treatment decided on last?
-- Inputs:   $1 environment, $2 flag, $3 treatment
-- Outputs:  experiment
SELECT experiment FROM decision_states WHERE environment = $1 AND flag = $2 AND treatment = $3
