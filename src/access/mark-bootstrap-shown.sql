-- Question: note that the bootstrap token has been shown to somebody.
-- Inputs:   $1 now
-- Outputs:  none
UPDATE tokens SET shown_at = $1 WHERE kind = 'bootstrap' AND revoked_at IS NULL AND shown_at IS NULL
