-- Question: does this process still hold the lease? If so it does for longer.
-- Inputs:   $1 name, $2 fence, $3 ms that the lease lasts
-- Outputs:  fence; none where another has taken over
UPDATE notify_leases SET expires_at = now() + make_interval(secs => $3::float8 / 1000) WHERE name = $1 AND fence = $2
RETURNING fence
