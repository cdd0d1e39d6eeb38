-- Question: one block of the bench's conversions, received within three days.
-- Inputs:   first (number of the block's first event), rows, units, from (ms: the block's three days), repeats (one row
--           in so many is received twice; 0: none).
INSERT INTO raw_conversions
    (environment, name, unit_type, unit_id, value, ts, id, attributes, _received_at, _source, _partition, _offset)
SELECT
    'production', concat('m', toString(cityHash64(n, 1) % 10)), 'user', concat('user-', toString(cityHash64(n, 2) % {units:UInt64})),
    (cityHash64(n, 3) % 10000) / 100,
    fromUnixTimestamp64Milli(toInt64({from:Int64} + cityHash64(n, 4) % 259200000), 'UTC') AS t,
    UUIDNumToString(MD5(toString(n))),
    map('country', ['DE', 'FR', 'GB', 'US'][1 + n % 4], 'device', ['mobile', 'desktop'][1 + n % 2]),
    t + INTERVAL 2 SECOND, 'direct', 0, n
FROM
(
    SELECT arrayJoin(if({repeats:UInt64} > 0 AND number % greatest({repeats:UInt64}, 1) = 0, [number, number], [number])) AS n
    FROM numbers({first:UInt64}, {rows:UInt64})
)
