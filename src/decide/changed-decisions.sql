-- Question: which current decisions of an environment were written after a count of changes?
-- Inputs:   $1 environment, $2 changes, $3 at most so many
-- Outputs:  document, change
SELECT document, change FROM current_decisions WHERE environment = $1 AND change > $2 ORDER BY change LIMIT $3
