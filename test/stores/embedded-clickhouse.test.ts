import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedClickHouse } from '../../src/stores/clickhouse/index.ts';
import { clickhouseContract } from '../contract/clickhouse.contract.ts';
import { openKillableEngine } from './killable-engine.ts';

const directory = await mkdtemp(join(tmpdir(), 'assay-embedded-'));

clickhouseContract('embedded', {
  open: () => openEmbeddedClickHouse({ directory }),
  openKillable: openKillableEngine,
  cleanUp: () => rm(directory, { recursive: true, force: true }),
});
