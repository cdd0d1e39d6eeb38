-- Question: over what time, and in how many series, are there figures of an experiment (of one metric, or '' for all)?
-- Inputs: experiment, metric, from, to (half-open).
-- Outputs: series, instants (of different data), first_ms, last_ms; series is 0 where there are none.
SELECT
    uniqExact(metric, variant) AS series,
    uniqExact(data_through) AS instants,
    toUnixTimestamp64Milli(min(data_through)) AS first_ms,
    toUnixTimestamp64Milli(max(data_through)) AS last_ms
FROM scorecard_points
WHERE experiment = {experiment:String}
    AND ({metric:String} = '' OR metric = {metric:String})
    AND data_through >= {from:DateTime64(3, 'UTC')}
    AND data_through < {to:DateTime64(3, 'UTC')}
