-- Question: have a row for each treatment of a flag, to be locked.
-- Inputs:   $1 environment, $2 flag, $3 treatments, $4 experiment
-- Outputs:  none
INSERT INTO decision_states (environment, flag, treatment, experiment)
SELECT $1, $2, treatment, $4 FROM unnest($3::text[]) AS treatment
ON CONFLICT (environment, flag, treatment) DO NOTHING
