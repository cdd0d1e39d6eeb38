-- Question: how many implicit experiments has this flag had?
-- Inputs:   $1 environment, $2 flag
-- Outputs:  count
SELECT count(*)::int AS count FROM experiments WHERE environment = $1 AND flag = $2 AND implicit
