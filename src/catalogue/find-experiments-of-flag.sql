-- Question: which experiments on this flag rely on its variants?
-- Inputs:   $1 environment, $2 flag
-- Outputs:  key, arms (JSON) of those that are drafts or run; an implicit one follows its flag and relies on nothing
SELECT key, definition -> 'arms' AS arms
FROM experiments
WHERE environment = $1 AND flag = $2 AND status IN ('draft', 'running') AND NOT implicit
ORDER BY key
