-- Question: which gate has this token?
-- Inputs:   $1 hash (hex)
-- Outputs:  id, hash, name, environment, flag, treatment, created_by, created_at; no row if it was closed or never was
SELECT id, hash, name, environment, flag, treatment, created_by, created_at
FROM engine_gates
WHERE hash = $1 AND revoked_at IS NULL
