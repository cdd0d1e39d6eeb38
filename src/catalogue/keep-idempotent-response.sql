-- Question: keep the answer to a request, for its repetitions.
-- Inputs:   $1 actor, $2 key, $3 response (JSON text)
-- Outputs:  none
UPDATE idempotency_keys SET response = $3 WHERE actor = $1 AND key = $2
