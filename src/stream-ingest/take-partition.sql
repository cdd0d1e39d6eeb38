-- Question: how far has a partition come, and which range is frozen? Says who asks: the new owner.
-- Inputs: $1 topic id, $2 partition, $3 owner. Output: its row, if it is registered and not closed.
UPDATE stream_partitions
SET owner = $3::text, heartbeat_at = now()
WHERE topic_id = $1::text AND partition = $2::integer AND closed_at IS NULL
RETURNING
    next_offset::text AS next,
    frozen_last::text AS last,
    frozen_checksum AS checksum,
    frozen_received_at AS received_at
