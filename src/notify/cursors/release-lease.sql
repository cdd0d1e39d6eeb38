-- Question: let another process take over at once.
-- Inputs:   $1 name, $2 fence
-- Outputs:  none
UPDATE notify_leases SET expires_at = 'epoch' WHERE name = $1 AND fence = $2
