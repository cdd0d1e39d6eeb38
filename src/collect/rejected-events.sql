-- Question: which events were not taken, newest first, after a position in that order?
-- Inputs: code ('' is any), sender ('' is any), since and until (half-open, milliseconds since the epoch), after (whether there is a position), its four
-- parts received_at, source, block and position; limit.
-- Output: received_at (milliseconds), source, block, position, code, detail, sender, raw (base64), raw_bytes.
SELECT
    toUnixTimestamp64Milli(_received_at) AS received_at,
    _source AS source,
    _offset AS block,
    position,
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
  AND (
      {after:UInt8} = 0
      OR (_received_at, _source, _offset, position)
          < (fromUnixTimestamp64Milli({received_at:Int64}), {source:String}, {block:UInt64}, {position:UInt32})
  )
ORDER BY _received_at DESC, _source DESC, _offset DESC, position DESC
LIMIT {limit:UInt32}
