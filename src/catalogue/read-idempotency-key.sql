-- Question: what was answered to the first request with this key?
-- Inputs:   $1 actor, $2 key
-- Outputs:  request, response (JSON text)
SELECT request, response FROM idempotency_keys WHERE actor = $1 AND key = $2
