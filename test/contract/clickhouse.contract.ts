import { afterAll, beforeAll, describe } from 'vitest';
import { connectionCases } from './clickhouse/connection.ts';
import { errorCases } from './clickhouse/errors.ts';
import { insertCases } from './clickhouse/inserts.ts';
import { limitCases } from './clickhouse/limits.ts';
import { parameterCases } from './clickhouse/parameters.ts';
import { rowCases } from './clickhouse/rows.ts';
import { settingsCases } from './clickhouse/settings.ts';
import { streamCases } from './clickhouse/streams.ts';
import { type ClickHouseHarness, Suite } from './clickhouse/suite.ts';
import { tokenCases } from './clickhouse/tokens.ts';

export type { ClickHouseHarness, KillableClickHouse } from './clickhouse/suite.ts';

/** What every adapter of the ClickHouse port must do. */
export function clickhouseContract(adapter: string, harness: ClickHouseHarness): void {
  describe(`ClickHouse contract: ${adapter}`, () => {
    const suite = new Suite(harness);
    beforeAll(() => suite.reopen());
    afterAll(() => suite.end());

    settingsCases(suite);
    tokenCases(suite);
    parameterCases(suite);
    rowCases(suite);
    insertCases(suite);
    streamCases(suite);
    errorCases(suite);
    limitCases(suite);
    // Closes the connection and opens it again.
    connectionCases(suite);
  });
}
