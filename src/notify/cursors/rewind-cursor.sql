-- Question: pass on once more what came after this.
-- Inputs:   $1 reader, $2 environment, $3 sequence
-- Outputs:  none
UPDATE notify_cursors SET sequence = least(sequence, $3::bigint) WHERE reader = $1 AND environment = $2
