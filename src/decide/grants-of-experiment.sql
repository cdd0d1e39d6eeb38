-- Question: what was granted of an experiment's error budget?
-- Inputs:   $1 experiment
-- Outputs:  treatment, period, metric, epoch, alpha, since
SELECT treatment, period, metric, epoch, alpha, since
FROM error_budget_grants
WHERE experiment = $1
ORDER BY treatment, period, metric
