-- Question: which answers are too old to be given again? They go.
-- Inputs:   $1 older than this
-- Outputs:  none
DELETE FROM idempotency_keys WHERE created_at <= $1
