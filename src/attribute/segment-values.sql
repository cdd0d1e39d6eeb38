-- Question: which values do units have of each attribute at their first impression in the experiment?
-- Inputs:   most; mark: pairs (pairs.sql with the values of the attributes as segments) and what it takes.
-- Columns:  attribute (index from 1), value: at most so many of each, those of most units first.
SELECT attribute, value
FROM (/*pairs*/)
ARRAY JOIN segments AS value, arrayEnumerate(segments) AS attribute
WHERE is_new
GROUP BY attribute, value
ORDER BY attribute, count() DESC, value
LIMIT {most:UInt32} BY attribute
