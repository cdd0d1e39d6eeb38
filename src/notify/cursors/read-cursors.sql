-- Question: how far has a reader of the decisions come?
-- Inputs:   $1 reader
-- Outputs:  environment, sequence
SELECT environment, sequence FROM notify_cursors WHERE reader = $1
