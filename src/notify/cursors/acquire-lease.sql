-- Question: may this process do the work of this name from now on?
-- Inputs:   $1 name, $2 holder, $3 ms that the lease lasts, $4 whether no other process can have these stores open
-- Outputs:  fence; none where another holds it
INSERT INTO notify_leases (name, holder, fence, expires_at)
VALUES ($1, $2, 1, now() + make_interval(secs => $3::float8 / 1000))
ON CONFLICT (name) DO UPDATE
SET holder = excluded.holder, fence = notify_leases.fence + 1, expires_at = excluded.expires_at
WHERE notify_leases.expires_at <= now() OR $4::boolean
RETURNING fence
