-- Question: none; impressions of ten flags, as generate-conversions.sql. A unit meets one variant of a flag.
INSERT INTO raw_impressions (environment, flag, unit_type, unit_id, variant, ts, id, _received_at, _source, _partition, _offset)
SELECT
    'production', concat('flag-', toString(cityHash64(number, 2) % 10) AS flag), 'user',
    toString(cityHash64(number, 1) % {units:UInt64} AS unit),
    if(cityHash64(unit, flag) % 2 = 0, 'control', 'treatment'),
    fromUnixTimestamp64Milli({from:Int64} + toInt64((number - {first:UInt64}) * {span:Int64} / {rows:UInt64}) - toInt64(cityHash64(number, 3) % 100000), 'UTC') AS ts,
    toString(number),
    if({received:Int64} = 0, ts, fromUnixTimestamp64Milli({received:Int64}, 'UTC')), 'bench', 0, number
FROM numbers({first:UInt64}, {rows:UInt64})
