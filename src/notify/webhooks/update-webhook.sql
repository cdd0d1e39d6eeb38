-- Question: give an endpoint another definition or other secrets; it is tried at once.
-- Inputs:   $1 id, $2 definition (JSON), $3 secrets (JSON), $4 when
-- Outputs:  none
UPDATE webhooks
SET definition = $2::jsonb, secrets = $3::jsonb, revision = revision + 1, updated_at = $4, retry_at = NULL, failures = 0
WHERE id = $1
