-- Question: is a treatment still being met?
-- Inputs:   environment, flag, treatment, since (moment of receipt)
-- Outputs:  last_treatment_ms (0: none), last_other_ms (0: none), units of the treatment since then. Moments are those of the
--           impressions, by our clock: what a client says is moved by the skew that its sending shows, and never after receipt.
WITH least(
  toUnixTimestamp64Milli(_received_at),
  toUnixTimestamp64Milli(ts) + if(isNull(sent_at), 0,
    toUnixTimestamp64Milli(_received_at) - toUnixTimestamp64Milli(ifNull(sent_at, _received_at)))
) AS at_ms
SELECT
  maxIf(at_ms, variant = {treatment:String}) AS last_treatment_ms,
  maxIf(at_ms, variant != {treatment:String}) AS last_other_ms,
  uniqExactIf(unit_hash, variant = {treatment:String} AND at_ms >= toUnixTimestamp64Milli({since:DateTime64(3)})) AS units
FROM raw_impressions
PREWHERE environment = {environment:String} AND flag = {flag:String}
WHERE _received_at >= {since:DateTime64(3)}
