-- Question: none; conversions `first` to `first + rows` of a service with so many units, over `span` ms from `from` on, up to
--           100 s out of order. Received when they are `received` (ms), or, where that is 0, at their time.
INSERT INTO raw_conversions (environment, name, unit_type, unit_id, value, ts, id, _received_at, _source, _partition, _offset)
SELECT
    'production', concat('m', toString(cityHash64(number, 5) % 10)), 'user', toString(cityHash64(number, 4) % {units:UInt64}),
    (cityHash64(number, 7) % 1000) / 10,
    fromUnixTimestamp64Milli({from:Int64} + toInt64((number - {first:UInt64}) * {span:Int64} / {rows:UInt64}) - toInt64(cityHash64(number, 6) % 100000), 'UTC') AS ts,
    toString(number),
    if({received:Int64} = 0, ts, fromUnixTimestamp64Milli({received:Int64}, 'UTC')), 'bench', 0, number
FROM numbers({first:UInt64}, {rows:UInt64})
