-- Question: what was decided on a treatment, newest first?
-- Inputs:   $1 environment, $2 flag, $3 treatment, $4 before this sequence (null: the newest), $5 at most so many
-- Outputs:  document
SELECT document
FROM decisions
WHERE environment = $1 AND flag = $2 AND treatment = $3 AND ($4::bigint IS NULL OR sequence < $4)
ORDER BY sequence DESC
LIMIT $5
