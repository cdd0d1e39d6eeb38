-- Question: which tokens did earlier starts make, that still count?
-- Inputs:   none
-- Outputs:  id, kind (bootstrap, configured), hash, expires_at, shown_at
SELECT id, kind, hash, expires_at, shown_at
FROM tokens
WHERE revoked_at IS NULL AND kind IN ('bootstrap', 'configured')
ORDER BY created_at, id
FOR UPDATE
