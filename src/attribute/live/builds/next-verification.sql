-- Question: which live build is to be verified next?
-- Columns:  id: none where no verification was asked for.
SELECT id FROM attribution_builds WHERE state = 'live' AND verification_asked_at IS NOT NULL ORDER BY verification_asked_at, id LIMIT 1
