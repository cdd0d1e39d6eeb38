-- Question: the frozen range is in the raw tables; the partition goes on after it.
-- Inputs: $1 topic id, $2 partition, $3 its next offset, $4 the range's last offset. Output: a row, unless somebody
-- else finished it before.
UPDATE stream_partitions
SET next_offset = frozen_last + 1,
    received_through = frozen_received_at,
    frozen_last = NULL,
    frozen_checksum = NULL,
    frozen_received_at = NULL,
    heartbeat_at = now()
WHERE topic_id = $1::text
  AND partition = $2::integer
  AND next_offset = $3::bigint
  AND frozen_last = $4::bigint
RETURNING partition
