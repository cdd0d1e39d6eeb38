-- Question: which tables of memory did earlier attributors leave behind?
-- Inputs:   fence (of this one).
-- Columns:  name.
SELECT name
FROM system.tables
WHERE database = currentDatabase() AND match(name, '^touched_[a-z_]+_[0-9]+$')
    AND toUInt64OrZero(extract(name, '[0-9]+$')) < {fence:UInt64}
