-- Question: how many dead letters has each message of a stretch of a partition left, and what do they hold?
-- Inputs: source, partition, first, last. Output: offset, rows, sum (of the rows' checksums), times (receipt times).
SELECT
    _offset AS offset,
    count() AS rows,
    uniqExact(_received_at) AS times,
    sum(CRC32(concat(base64Encode(raw), '\n', toString(position)))) AS sum
FROM dead_letters
WHERE _source = {source:String} AND _partition = {partition:UInt32} AND _offset BETWEEN {first:UInt64} AND {last:UInt64}
GROUP BY _offset
