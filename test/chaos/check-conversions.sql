-- Question: how many conversions has each message of a stretch of a partition left, and what do they say?
-- Inputs: source, partition, first, last. Output: offset, rows, sum (of the rows' checksums), times (receipt times).
SELECT
    _offset AS offset,
    count() AS rows,
    uniqExact(_received_at) AS times,
    sum(CRC32(arrayStringConcat([
        toString(environment), toString(name), toString(unit_type), unit_id, id,
        arrayStringConcat(unit_types, ','),
        toString(toUnixTimestamp64Milli(ts)),
        ifNull(toString(value), ''),
        arrayStringConcat(arraySort(arrayMap((k, v) -> concat(toString(k), '=', v), mapKeys(attributes), mapValues(attributes))), ','),
        ifNull(toString(toUnixTimestamp64Milli(sent_at)), '')
    ], '\n'))) AS sum
FROM raw_conversions
WHERE _source = {source:String} AND _partition = {partition:UInt32} AND _offset BETWEEN {first:UInt64} AND {last:UInt64}
GROUP BY _offset
