/**
 * Makes the empty database that the embedded Postgres begins with. Run it after an update of PGlite:
 * `node scripts/prepare-postgres.ts`, and remove the previous version's file.
 */
import { writeFileSync } from 'node:fs';
import { constants, zstdCompressSync } from 'node:zlib';
import { PGlite } from '@electric-sql/pglite';
import { PREPARED_CLUSTER } from '../src/stores/postgres/prepared-cluster.ts';

const { ZSTD_c_compressionLevel, ZSTD_c_windowLog, ZSTD_c_enableLongDistanceMatching } = constants;

// Segments of 1 MB: each is written full of zeros, and the default of 16 MB would be most of a new database.
const db = await PGlite.create('memory://', { initDbStartParams: ['--wal-segsize=1'] });
await db.exec('CHECKPOINT');
const dump = await db.dumpDataDir('none');
await db.close();

// The three template databases are the same bytes, which a window as wide as the archive finds.
const packed = zstdCompressSync(Buffer.from(await dump.arrayBuffer()), {
  params: { [ZSTD_c_compressionLevel]: 19, [ZSTD_c_windowLog]: 25, [ZSTD_c_enableLongDistanceMatching]: 1 },
});
writeFileSync(PREPARED_CLUSTER, packed);
