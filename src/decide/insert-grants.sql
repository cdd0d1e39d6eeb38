-- Question: add these lines to the ledger of error budgets.
-- Inputs:   $1 experiment, $2 treatment, $3 JSON array of {period, metric, epoch, alpha, since}
-- Outputs:  none
INSERT INTO error_budget_grants (experiment, treatment, period, metric, epoch, alpha, since)
SELECT $1, $2, period, metric, epoch, alpha, since
FROM jsonb_to_recordset($3::jsonb) AS new (period integer, metric text, epoch integer, alpha float8, since timestamptz)
