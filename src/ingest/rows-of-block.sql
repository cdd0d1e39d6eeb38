-- Question: how many rows did one block leave in one of the raw tables? Asked only after an insert that failed; the
-- receipt time prunes all parts but those written about then.
-- Inputs: table, receivedAt (text, UTC), source, sequence: the stamp of all rows of the block and of no others.
-- Output: n.
SELECT count() AS n
FROM {table:Identifier}
WHERE _received_at = {receivedAt:DateTime64(3, 'UTC')}
  AND _source = {source:String}
  AND _partition = 0
  AND _offset = {sequence:UInt64}
