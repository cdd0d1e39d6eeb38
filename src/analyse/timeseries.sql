-- Question: what were the figures of an experiment over time, thinned to the last ones of each stretch of `stretch_ms`?
-- Inputs: experiment, metric ('' for all), from, to (half-open), first_ms (where the stretches begin), stretch_ms, limit.
-- Outputs: the columns of scorecard_points, data_through_ms instead of data_through; by metric, variant and time.
SELECT
    metric,
    variant,
    toUnixTimestamp64Milli(data_through) AS data_through_ms,
    scorecard_id,
    verdict,
    toFloat64(control_units) AS control_units,
    toFloat64(units) AS units,
    control_mean,
    mean,
    p,
    absolute_estimate,
    absolute_low,
    absolute_high,
    relative_estimate,
    relative_low,
    relative_high
FROM scorecard_points
WHERE experiment = {experiment:String}
    AND ({metric:String} = '' OR metric = {metric:String})
    AND data_through >= {from:DateTime64(3, 'UTC')}
    AND data_through < {to:DateTime64(3, 'UTC')}
ORDER BY metric, variant, data_through DESC
LIMIT 1 BY metric, variant, intDiv(toUnixTimestamp64Milli(data_through) - {first_ms:Int64}, {stretch_ms:Int64})
LIMIT {limit:UInt32}
