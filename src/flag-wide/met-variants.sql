-- Question: which variants of which flags were met by impressions that were received lately, and when last?
-- Inputs:   since, most (rows).
-- Columns:  environment, flag, unit_type, variant, last (ms) of the impression received last. Only impressions of reasons that
--           count by default.
-- Parts without any are passed over by what the engine keeps of their receipt times.
SELECT environment, flag, unit_type, variant, toUnixTimestamp64Milli(max(_received_at)) AS last
FROM raw_impressions
WHERE _received_at > {since:DateTime64(3, 'UTC')} AND reason IN ('', 'split', 'cached')
GROUP BY environment, flag, unit_type, variant
LIMIT {most:UInt32}
