-- Question: how many units were assigned in both of two builds, by the arms of both, for every pair of some builds?
-- Inputs:   builds, epochs and bounds (of each build: the number of its epoch, and the largest unit_hash that is counted),
--           largest (of the bounds).
-- Columns:  first, second (indices from 1 in builds, first < second), first_arm, second_arm, units. Units that met two variants
--           count by their first, since what is counted must not fall; those of the guard interval do not count.
SELECT pair.1.1 AS first, pair.2.1 AS second, pair.1.2 AS first_arm, pair.2.2 AS second_arm, count() AS units
FROM
(
    SELECT arraySort(groupArray((toUInt16(nth), arm))) AS seen
    FROM
    (
        SELECT unit_hash, indexOf({builds:Array(UInt32)}, build) AS nth, argMax(arm, cycle) AS arm, argMax(flags, cycle) AS bits
        FROM (SELECT unit_hash, build, epoch, arm, flags, cycle FROM assignments
            PREWHERE unit_hash <= {largest:UInt64} AND build IN {builds:Array(UInt32)}
            WHERE epoch = {epochs:Array(UInt16)}[indexOf({builds:Array(UInt32)}, build)]
                AND unit_hash <= {bounds:Array(UInt64)}[indexOf({builds:Array(UInt32)}, build)])
        GROUP BY unit_hash, build
        HAVING NOT bitTest(bits, 1) AND NOT bitTest(bits, 3)
    )
    GROUP BY unit_hash
    HAVING length(seen) > 1
)
ARRAY JOIN arrayFlatten(arrayMap((one, nth) -> arrayMap(other -> (one, other), arraySlice(seen, nth + 1)), seen, arrayEnumerate(seen))) AS pair
GROUP BY first, second, first_arm, second_arm
ORDER BY first, second, first_arm, second_arm
