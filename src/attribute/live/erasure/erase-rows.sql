-- Question: none; takes away all raw rows of some units that were received up to a time.
-- Inputs:   erased (their unit hashes, by which the engine finds them), identities (SHA-256 of type, NUL and id, by which it
--           knows them: the statement is kept with the table for a while, and names nobody), through (ms); mark: table.
DELETE FROM /*table*/
WHERE unit_hash IN {erased:Array(UInt64)}
    AND lower(hex(SHA256(concat(unit_type, char(0), unit_id)))) IN {identities:Array(String)}
    AND _received_at <= fromUnixTimestamp64Milli({through:Int64}, 'UTC')
