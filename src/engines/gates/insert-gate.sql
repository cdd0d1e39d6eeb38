-- Question: open a gate.
-- Inputs:   $1 id, $2 hash (hex), $3 name, $4 environment, $5 flag, $6 treatment, $7 created by, $8 created at
-- Outputs:  none
INSERT INTO engine_gates (id, hash, name, environment, flag, treatment, created_by, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
