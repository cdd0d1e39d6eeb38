-- Question: how many rows are there in one slice of the units, and how many are left when each identity counts once, as
-- attribution counts it? Inputs: slice, slices. Output: rows, identities.
SELECT sum(n) AS rows, count() AS identities
FROM
(
    SELECT count() AS n
    FROM raw_impressions
    WHERE unit_hash % {slices:UInt32} = {slice:UInt32}
    GROUP BY environment, unit_type, unit_id, flag, id
    UNION ALL
    SELECT count() AS n
    FROM raw_conversions
    WHERE unit_hash % {slices:UInt32} = {slice:UInt32}
    GROUP BY environment, unit_type, unit_id, name, id
)
