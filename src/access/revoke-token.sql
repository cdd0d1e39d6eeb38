-- Question: let a token count no longer.
-- Inputs:   $1 id, $2 now
-- Outputs:  hash; no row if there is no such token, or none that still counts
UPDATE tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING hash
