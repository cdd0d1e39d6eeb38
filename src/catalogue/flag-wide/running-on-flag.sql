-- Question: which experiments run on this flag?
-- Inputs:   $1 environment, $2 flag
-- Outputs:  key, implicit
SELECT key, implicit
FROM experiments
WHERE environment = $1 AND flag = $2 AND status = 'running'
ORDER BY key
