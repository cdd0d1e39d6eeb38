-- Question: how many rows do the tables hold, and how many of them come from elsewhere than the topic that was read?
-- Inputs: source, partitions (of the topic). Output: table, rows, elsewhere.
SELECT
    table,
    count() AS rows,
    countIf(_source != {source:String} OR NOT has({partitions:Array(UInt32)}, _partition)) AS elsewhere
FROM
(
    SELECT 'raw_impressions' AS table, toString(_source) AS _source, _partition FROM raw_impressions
    UNION ALL
    SELECT 'raw_conversions', toString(_source), _partition FROM raw_conversions
    UNION ALL
    SELECT 'dead_letters', toString(_source), _partition FROM dead_letters
)
GROUP BY table
