-- Question: a new version of one metric's parameters.
-- Inputs:   $1 experiment, $2 metric, $3 metric version, $4 version, $5 centre, $6 units it was computed from, $7 caps,
--           $8 data through.
-- Columns:  version: none where another run has written that version meanwhile.
INSERT INTO metric_parameters
  (experiment, metric, metric_version, version, centre, centre_units, caps, data_through)
VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7::jsonb, $8)
ON CONFLICT DO NOTHING
RETURNING version
