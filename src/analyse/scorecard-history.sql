-- Question: which scorecards of an experiment are there between two instants, newest first?
-- Inputs: experiment, from, to (half-open), limit.
-- Outputs: scorecard_id, data_through_ms, computed_at_ms; a scorecard that was written twice appears once.
SELECT
    scorecard_id,
    toUnixTimestamp64Milli(data_through) AS data_through_ms,
    toUnixTimestamp64Milli(computed_at) AS computed_at_ms
FROM scorecards
WHERE experiment = {experiment:String}
    AND data_through >= {from:DateTime64(3, 'UTC')}
    AND data_through < {to:DateTime64(3, 'UTC')}
ORDER BY data_through DESC, scorecard_id DESC
LIMIT 1 BY data_through, scorecard_id
LIMIT {limit:UInt32}
