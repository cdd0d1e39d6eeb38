-- Question: may this environment, flag or segment be relied on until the transaction ends?
-- Inputs:   $1 kind, $2 id
-- Outputs:  id, if there is one; others that lock it wait
SELECT id FROM catalogue_entries WHERE kind = $1 AND id = $2 FOR UPDATE
