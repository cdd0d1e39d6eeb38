-- Question: how many rows did one range leave in one of the raw tables? Asked only after an insert of which nothing is
-- known; the receipt time prunes all parts but those written about then.
-- Inputs: table, receivedAt (text, UTC), source, partition, first, last: no other range has any of these rows.
-- Output: n.
SELECT count() AS n
FROM {table:Identifier}
WHERE _received_at = {receivedAt:DateTime64(3, 'UTC')}
  AND _source = {source:String}
  AND _partition = {partition:UInt32}
  AND _offset BETWEEN {first:UInt64} AND {last:UInt64}
