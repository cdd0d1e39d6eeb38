-- Question: none; the rows of builds are gone.
-- Inputs:   $1 ids.
UPDATE attribution_builds SET state = 'removed' WHERE id = ANY($1::int[]) AND state = 'retired'
