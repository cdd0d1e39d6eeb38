-- Question: an endpoint has taken a message.
-- Inputs:   $1 webhook
-- Outputs:  none
UPDATE webhooks SET failures = 0, failing_since = NULL, retry_at = NULL, last_failure = NULL WHERE id = $1
