-- Question: which dead letters, from a position on, have the id of a unit somewhere, as it stands or as JSON may write it?
-- Inputs:   from and to (ms), after (the hash of the last one given that was received at `from`), chunk (of the units), most;
--           mark: units (the table of create-erased-units.sql).
-- Columns:  received (ms), letter (hash of the text; equal ones have the same), raw_base64, detail.
-- The engine searches for at most 255 texts at once.
SELECT toUnixTimestamp64Milli(_received_at) AS received, sipHash64(raw, detail) AS letter, base64Encode(raw) AS raw_base64, detail
FROM dead_letters
WHERE _received_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND _received_at <= fromUnixTimestamp64Milli({to:Int64}, 'UTC')
    AND (_received_at > fromUnixTimestamp64Milli({from:Int64}, 'UTC') OR letter > {after:UInt64})
    AND
    (
        multiSearchAny(raw, (SELECT groupUniqArrayArray(needles) FROM /*units*/ WHERE chunk = {chunk:UInt16}))
        OR multiSearchAny(detail, (SELECT groupUniqArrayArray(needles) FROM /*units*/ WHERE chunk = {chunk:UInt16}))
    )
ORDER BY _received_at, letter
LIMIT {most:UInt32}
