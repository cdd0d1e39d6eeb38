-- Question: what are the unit totals, per epoch, that a percentile cap is taken over?
-- Inputs:   marks: pairs (pairs.sql), vectors (vectors.sql), totals (metric-columns.ts: per metric the totals other than
--           0 of units whose window has closed, and the number of those with 0) and what they take.
-- Columns:  epoch, and per metric two: totals, zeros.
SELECT epoch, /*totals*/
FROM
(
    SELECT pairs.epoch AS epoch, pairs.first AS first, pairs.until AS until, vectors.*
    FROM
    (
        SELECT unit_hash, epoch, first, until
        FROM (/*pairs*/)
        WHERE NOT guarded AND NOT mixed
    ) AS pairs
    LEFT JOIN (/*vectors*/) AS vectors ON vectors.unit_hash = pairs.unit_hash AND vectors.epoch = pairs.epoch
)
GROUP BY epoch
