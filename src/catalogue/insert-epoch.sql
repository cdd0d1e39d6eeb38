-- Question: open an epoch.
-- Inputs:   $1 experiment, $2 number, $3 arms (JSON), $4 targeting (JSON), $5 effective at, $6 external id or null,
--           $7 flag version or null, $8 now
-- Outputs:  none
INSERT INTO epochs (experiment, number, arms, targeting, effective_at, external_id, flag_version, opened_at)
VALUES ($1, $2, $3::jsonb, $4::jsonb, $5, $6, $7, $8)
