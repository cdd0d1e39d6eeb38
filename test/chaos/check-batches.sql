-- Question: how much of each of a producer's batches is in the raw tables? Ids are producer-batch-index.
-- Inputs: producer, first, last (batches). Output: batch, present: distinct pairs of event id and unit type.
SELECT
    toUInt32(splitByChar('-', id)[2]) AS batch,
    uniqExact(id, unit_type) AS present
FROM
(
    SELECT id, toString(unit_type) AS unit_type FROM raw_impressions WHERE startsWith(id, concat({producer:String}, '-'))
    UNION ALL
    SELECT id, toString(unit_type) AS unit_type FROM raw_conversions WHERE startsWith(id, concat({producer:String}, '-'))
)
WHERE batch BETWEEN {first:UInt32} AND {last:UInt32}
GROUP BY batch
