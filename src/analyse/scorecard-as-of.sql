-- Question: which scorecard of an experiment has the latest data up to an instant?
-- Inputs: experiment, instant.
-- Outputs: scorecard_id, data_through_ms, computed_at_ms; no row where there was none.
SELECT
    scorecard_id,
    toUnixTimestamp64Milli(data_through) AS data_through_ms,
    toUnixTimestamp64Milli(computed_at) AS computed_at_ms
FROM scorecards
WHERE experiment = {experiment:String} AND data_through <= {instant:DateTime64(3, 'UTC')}
ORDER BY data_through DESC, computed_at DESC, scorecard_id DESC
LIMIT 1
