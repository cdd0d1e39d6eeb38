-- Question: everything up to here is passed on.
-- Inputs:   $1 reader, $2 environment, $3 where the cursor was (0: nowhere yet), $4 where it is now
-- Outputs:  sequence; none where the cursor was elsewhere
INSERT INTO notify_cursors (reader, environment, sequence) VALUES ($1, $2, $4)
ON CONFLICT (reader, environment) DO UPDATE SET sequence = excluded.sequence WHERE notify_cursors.sequence = $3::bigint
RETURNING sequence
