-- Question: what was decided in an environment after a sequence, oldest first?
-- Inputs:   $1 environment, $2 sequence, $3 at most so many
-- Outputs:  document
SELECT document FROM decisions WHERE environment = $1 AND sequence > $2 ORDER BY sequence LIMIT $3
