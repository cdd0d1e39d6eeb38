-- Question: is this the first request with this key? Waits for another one that is under way with it.
-- Inputs:   $1 actor, $2 key, $3 hash of the request, $4 now
-- Outputs:  key, if it is the first; else no row
INSERT INTO idempotency_keys (actor, key, request, created_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (actor, key) DO NOTHING
RETURNING key
