-- Question: which token that still counts has this hash?
-- Inputs:   $1 SHA-256 in hex
-- Outputs:  id, name, hash, scopes, expires_at (of a token that was not revoked)
SELECT id, name, hash, scopes, expires_at
FROM tokens
WHERE hash = $1 AND revoked_at IS NULL
