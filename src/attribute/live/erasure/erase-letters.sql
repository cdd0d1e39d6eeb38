-- Question: none; takes away dead letters.
-- Inputs:   letters (their hashes: see letters-with-units.sql), from and to (ms, of their receipt).
DELETE FROM dead_letters
WHERE _received_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND _received_at <= fromUnixTimestamp64Milli({to:Int64}, 'UTC')
    AND sipHash64(raw, detail) IN {letters:Array(UInt64)}
