-- Question: hold an environment's cursor until the transaction ends.
-- Inputs:   $1 environment
-- Outputs:  none
INSERT INTO enforcement_cursors (environment, sequence) VALUES ($1, 0)
ON CONFLICT (environment) DO UPDATE SET sequence = enforcement_cursors.sequence
