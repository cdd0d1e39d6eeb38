-- Question: some partitions had nothing to read at a moment; everything received until then is in the raw tables.
-- Inputs: $1 topic id, $2 partitions, $3 their next offsets at which there was nothing, $4 the moment, $5 the owner.
UPDATE stream_partitions AS known
SET received_through = greatest(known.received_through, $4::timestamptz),
    heartbeat_at = now()
FROM unnest($2::integer[], $3::bigint[]) AS idle (partition, next_offset)
WHERE known.topic_id = $1::text
  AND known.partition = idle.partition
  AND known.next_offset = idle.next_offset
  AND known.frozen_last IS NULL
  AND known.owner = $5::text
RETURNING known.partition
