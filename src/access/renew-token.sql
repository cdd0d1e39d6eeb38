-- Question: let a token that is configured again count for another while.
-- Inputs:   $1 id, $2 expires at
-- Outputs:  none
UPDATE tokens SET expires_at = $2 WHERE id = $1
