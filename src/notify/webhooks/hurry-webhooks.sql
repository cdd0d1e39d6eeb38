-- Question: try these endpoints at once, whenever they were to be tried again.
-- Inputs:   $1 ids (JSON array)
-- Outputs:  none
UPDATE webhooks SET retry_at = NULL, failures = 0 WHERE id IN (SELECT jsonb_array_elements_text($1::jsonb))
