-- Question: one block of the bench's impressions, received within three days.
-- Inputs:   first (number of the block's first event), rows, units, from (ms: the block's three days).
INSERT INTO raw_impressions
    (environment, flag, unit_type, unit_id, variant, ts, id, reason, flag_version, attributes, _received_at, _source,
    _partition, _offset)
SELECT
    'production', 'checkout', 'user', concat('user-', toString(cityHash64(number, 12) % {units:UInt64})) AS unit,
    ['control', 'treatment', 'another'][1 + cityHash64(unit) % 3],
    fromUnixTimestamp64Milli(toInt64({from:Int64} + cityHash64(number, 14) % 259200000), 'UTC') AS t,
    UUIDNumToString(MD5(concat(toString(number), 'i'))), 'split', '',
    map('country', ['DE', 'FR', 'GB', 'US'][1 + number % 4], 'device', ['mobile', 'desktop'][1 + number % 2]),
    t + INTERVAL 2 SECOND, 'direct', 0, number
FROM numbers({first:UInt64}, {rows:UInt64})
