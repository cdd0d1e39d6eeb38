-- Question: say that so many pairs of an environment were ever tested.
-- Inputs:   $1 environment, $2 last
-- Outputs:  none
UPDATE overlap_tests SET last = $2 WHERE environment = $1
