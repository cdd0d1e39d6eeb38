-- Question: which experiments on this flag rely on its variants?
-- Inputs:   $1 environment, $2 flag
-- Outputs:  key, arms (JSON) of those that are drafts or run
SELECT key, definition -> 'arms' AS arms
FROM experiments
WHERE environment = $1 AND flag = $2 AND status IN ('draft', 'running')
ORDER BY key
