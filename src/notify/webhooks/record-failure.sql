-- Question: an endpoint has not taken a message: when is it tried again?
-- Inputs:   $1 webhook, $2 when it failed, $3 from when on it is tried again or null: at once, $4 why
-- Outputs:  none
UPDATE webhooks
SET failures = failures + 1, failing_since = coalesce(failing_since, $2), retry_at = $3, last_failure = $4
WHERE id = $1
