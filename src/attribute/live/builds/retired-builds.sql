-- Question: which builds were retired long enough ago that nobody reads or writes their rows any more?
-- Inputs:   $1 ms.
-- Columns:  id.
SELECT id FROM attribution_builds
WHERE state = 'retired' AND retired_at < now() - make_interval(secs => $1::float8 / 1000)
ORDER BY id LIMIT 1000
