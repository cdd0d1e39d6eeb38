-- Question: how far has a build come?
-- Inputs:   $1 id, $2 progress (0 to 1).
UPDATE attribution_builds SET progress = $2 WHERE id = $1
