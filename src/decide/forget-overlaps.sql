-- Question: forget the pairs of an environment of which one runs no more.
-- Inputs:   $1 environment
-- Outputs:  none
DELETE FROM assignment_overlaps AS old
WHERE environment = $1 AND (
  NOT EXISTS (SELECT FROM experiments WHERE key = old.first AND status = 'running')
  OR NOT EXISTS (SELECT FROM experiments WHERE key = old.second AND status = 'running'))
