import { openServerClickHouse } from '../../src/stores/clickhouse/index.ts';
import { clickhouseContract } from '../contract/clickhouse.contract.ts';
import { startClickHouseServer } from '../support/clickhouse-server/index.ts';

const server = await startClickHouseServer();

clickhouseContract('server', {
  open: async () => openServerClickHouse({ url: server.url }),
  async openKillable() {
    const killable = await startClickHouseServer();
    const clickhouse = openServerClickHouse({ url: killable.url });
    return {
      clickhouse,
      kill: () => killable.kill(),
      async revive() {
        await killable.restart();
        return clickhouse;
      },
      async stop() {
        await clickhouse.close();
        await killable.stop();
      },
    };
  },
  cleanUp: () => server.stop(),
});
