-- Question: have an environment's decisions come from here to there, unless somebody was faster?
-- Inputs:   $1 environment, $2 from (0: no row yet), $3 to
-- Outputs:  environment, if it is so now; else no row
INSERT INTO enforcement_cursors (environment, sequence)
SELECT $1, $3::bigint WHERE $2::bigint = 0 OR EXISTS (SELECT 1 FROM enforcement_cursors WHERE environment = $1)
ON CONFLICT (environment) DO UPDATE SET sequence = excluded.sequence WHERE enforcement_cursors.sequence = $2::bigint
RETURNING environment
