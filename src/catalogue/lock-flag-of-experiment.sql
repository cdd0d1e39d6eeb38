-- Question: may the flag of this experiment be relied on until the transaction ends? Whoever locks both locks the flag first.
-- Inputs:   $1 experiment
-- Outputs:  id, if there is one; others that lock it wait
SELECT id
FROM catalogue_entries
WHERE kind = 'flags' AND id = (SELECT environment || '/' || flag FROM experiments WHERE key = $1) COLLATE "C"
FOR UPDATE
