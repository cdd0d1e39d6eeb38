-- Question: freeze the next range of a partition, unless somebody else froze or finished one since.
-- Inputs: $1 topic id, $2 partition, $3 its next offset, $4 the range's last offset, $5 checksum, $6 receipt time.
-- Output: the receipt time of all rows of the range: above what any watermark has promised.
UPDATE stream_partitions
SET frozen_last = $4::bigint,
    frozen_checksum = $5::text,
    frozen_received_at = greatest($6::timestamptz, received_through + interval '1 millisecond')
WHERE topic_id = $1::text
  AND partition = $2::integer
  AND next_offset = $3::bigint
  AND frozen_last IS NULL
  AND closed_at IS NULL
RETURNING frozen_received_at AS received_at
