-- Question: may this experiment be relied on until the transaction ends?
-- Inputs:   $1 key
-- Outputs:  key, if there is one; others that lock it wait
SELECT key FROM experiments WHERE key = $1 FOR UPDATE
