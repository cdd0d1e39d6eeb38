-- Question: which of these environments, flags or segments are there?
-- Inputs:   $1 kind, $2 ids
-- Outputs:  id
SELECT id FROM catalogue_entries WHERE kind = $1 AND id = ANY ($2::text[])
