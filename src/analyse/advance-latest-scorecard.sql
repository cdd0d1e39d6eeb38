-- Question: make this scorecard the latest of its experiment, unless one of later data already is.
-- Inputs: $1 experiment, $2 scorecard id, $3 data through, $4 computed at (RFC 3339).
-- Outputs: none.
INSERT INTO latest_scorecards (experiment, scorecard_id, data_through, computed_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (experiment) DO UPDATE
SET scorecard_id = excluded.scorecard_id, data_through = excluded.data_through, computed_at = excluded.computed_at
WHERE latest_scorecards.data_through <= excluded.data_through
