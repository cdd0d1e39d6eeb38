-- Question: keep a new token (its hash; never itself).
-- Inputs:   $1 id, $2 kind (minted, bootstrap, configured), $3 name, $4 SHA-256 in hex, $5 scopes (JSON array), $6 created by,
--           $7 created at, $8 expires at, $9 shown at or null
-- Outputs:  none
INSERT INTO tokens (id, kind, name, hash, scopes, created_by, created_at, expires_at, shown_at)
VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7, $8, $9)
