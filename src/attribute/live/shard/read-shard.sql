-- Question: how far have the live builds come, and which cycle is under way?
-- Columns:  fence, last_cycle, through (ms), next_cycle and next_through (null: none is under way).
SELECT fence, last_cycle, through, next_cycle, next_through FROM attribution_shards WHERE shard = 0
