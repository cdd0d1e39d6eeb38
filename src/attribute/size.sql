-- Question: about how many rows will have to be read?
-- Inputs:   environment, flag, unit_type, names, sample_end (unit hashes below it are a sample); mark: rows.
-- Columns:  impressions and conversions of the sample.
SELECT
    (
        SELECT count() FROM raw_impressions
        WHERE environment = {environment:String} AND flag = {flag:String} AND unit_type = {unit_type:String}
            AND (/*rows*/) AND unit_hash < {sample_end:UInt64}
    ) AS impressions,
    (
        SELECT count() FROM raw_conversions
        WHERE environment = {environment:String} AND name IN {names:Array(String)}
            AND (/*rows*/) AND unit_hash < {sample_end:UInt64}
    ) AS conversions
