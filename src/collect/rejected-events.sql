-- Question: which events were not taken, newest first, from a position in that order on?
-- Inputs: code ('' is any), sender ('' is any), partition and offset (-1 is any), hash ('' is any), since and until (half-open, milliseconds
-- since the epoch), from (whether there is a position), its six parts received_at, source, from_partition, from_offset, position and from_hash,
-- skip: how many rows at that position were given already; limit.
-- Output: received_at (milliseconds), source, partition, offset, position, hash (of everything, so that rows with the same are the same), code, detail,
-- sender, raw (base64), raw_bytes.
SELECT
    toUnixTimestamp64Milli(_received_at) AS received_at,
    _source AS source,
    _partition AS partition,
    _offset AS offset,
    position,
    -- hex() of a number leaves leading zeros away.
    leftPad(lower(hex(sipHash64(_source, _partition, _offset, position, code, detail, sender, raw, raw_bytes))), 16, '0') AS hash,
    code,
    detail,
    sender,
    base64Encode(raw) AS raw,
    raw_bytes
FROM dead_letters
WHERE _received_at >= fromUnixTimestamp64Milli({since:Int64})
  AND _received_at < fromUnixTimestamp64Milli({until:Int64})
  AND ({code:String} = '' OR code = {code:String})
  AND ({sender:String} = '' OR sender = {sender:String})
  AND ({partition:Int64} < 0 OR _partition = {partition:Int64})
  AND ({offset:Int64} < 0 OR _offset = {offset:Int64})
  AND ({hash:String} = '' OR hash = {hash:String})
  AND (
      {from:UInt8} = 0
      OR (_received_at, _source, _partition, _offset, position, hash)
          <= (
              fromUnixTimestamp64Milli({received_at:Int64}), {source:String}, {from_partition:UInt32}, {from_offset:UInt64},
              {position:UInt32}, {from_hash:String}
          )
  )
ORDER BY _received_at DESC, _source DESC, _partition DESC, _offset DESC, position DESC, hash DESC
LIMIT {limit:UInt32} OFFSET {skip:UInt32}
