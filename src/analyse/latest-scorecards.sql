-- Question: which scorecard is the latest of each of these experiments?
-- Inputs: $1 experiments (text[]).
-- Outputs: experiment, scorecard_id, data_through, computed_at; no row where there is none.
SELECT experiment, scorecard_id, data_through, computed_at
FROM latest_scorecards
WHERE experiment = ANY ($1::text[])
