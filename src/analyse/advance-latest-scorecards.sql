-- Question: make these scorecards the latest of their experiments, unless one of later data already is.
-- Inputs: $1 experiments, $2 scorecard ids, $3 data through, $4 computed at (RFC 3339), one of each per scorecard.
-- Outputs: none.
INSERT INTO latest_scorecards (experiment, scorecard_id, data_through, computed_at)
SELECT experiment, scorecard_id, data_through::timestamptz, computed_at::timestamptz
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS new (experiment, scorecard_id, data_through, computed_at)
ON CONFLICT (experiment) DO UPDATE
SET scorecard_id = excluded.scorecard_id, data_through = excluded.data_through, computed_at = excluded.computed_at
WHERE latest_scorecards.data_through <= excluded.data_through
