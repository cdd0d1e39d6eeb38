-- Question: how many rows were received after one time and up to another, and when?
-- Inputs:   from and to (ms).
-- Columns:  received (ms), rows: of both tables, by receipt time.
-- Parts without any are passed over by what the engine keeps of their receipt times.
SELECT received, sum(rows) AS rows
FROM
(
    SELECT toUnixTimestamp64Milli(_received_at) AS received, count() AS rows
    FROM raw_impressions
    WHERE _received_at > fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND _received_at <= fromUnixTimestamp64Milli({to:Int64}, 'UTC')
    GROUP BY received
    UNION ALL
    SELECT toUnixTimestamp64Milli(_received_at) AS received, count() AS rows
    FROM raw_conversions
    WHERE _received_at > fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND _received_at <= fromUnixTimestamp64Milli({to:Int64}, 'UTC')
    GROUP BY received
)
GROUP BY received
ORDER BY received
