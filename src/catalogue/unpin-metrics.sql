-- Question: which metrics are no longer the experiment's? They lose their version.
-- Inputs:   $1 experiment, $2 metrics that stay
-- Outputs:  none
DELETE FROM experiment_metrics WHERE experiment = $1 AND NOT metric = ANY ($2::text[])
