-- Question: close a gate.
-- Inputs:   $1 id, $2 now
-- Outputs:  id, hash, name, environment, flag, treatment, created_by, created_at; no row if it is not open
UPDATE engine_gates SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL
RETURNING id, hash, name, environment, flag, treatment, created_by, created_at
