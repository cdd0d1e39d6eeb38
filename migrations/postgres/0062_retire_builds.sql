-- Moments have segments and bins: they are made anew from raw rows.
UPDATE attribution_builds SET state = 'retired', retired_at = now() WHERE state IN ('building', 'live');
UPDATE attribution_shards SET next_cycle = NULL, next_through = NULL;
