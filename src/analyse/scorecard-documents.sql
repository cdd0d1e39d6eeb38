-- Question: what did one scorecard say?
-- Inputs: experiment, data_through, scorecard_id (the table's key, so that one granule is read).
-- Outputs: results, health (JSON); no row where there is no such scorecard.
SELECT results, health
FROM scorecards
WHERE experiment = {experiment:String}
    AND data_through = {data_through:DateTime64(3, 'UTC')}
    AND scorecard_id = {scorecard_id:String}
LIMIT 1
