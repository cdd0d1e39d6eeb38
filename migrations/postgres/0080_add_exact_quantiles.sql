-- Exact order statistics of an experiment's quantiles, read from raw rows when the build was made or verified:
-- {"dataThrough": "…", "rows": [{"metric", "epoch", "variant", "n", "value", "bounds": {"lower", "upper"} or null}]}.
ALTER TABLE attribution_builds ADD COLUMN exact_quantiles jsonb;
