/**
 * Makes the empty database that the embedded Postgres begins with. Run it after an update of PGlite:
 * `node scripts/prepare-postgres.ts`, and remove the previous version's file.
 */
import { writeFileSync } from 'node:fs';
import { constants, zstdCompressSync } from 'node:zlib';
import { PGlite } from '@electric-sql/pglite';
import { PREPARED_CLUSTER } from '../src/stores/postgres/prepared-cluster.ts';

// Segments of 1 MB: each is written full of zeros, and the default of 16 MB would be most of a new database.
const db = await PGlite.create('memory://', { initDbStartParams: ['--wal-segsize=1'] });
// The templates for further databases, which one process with one database never makes: two thirds of the files.
await db.exec('UPDATE pg_database SET datistemplate = false');
await db.exec('DROP DATABASE template0');
await db.exec('DROP DATABASE template1');
await db.exec('VACUUM');
await db.exec('CHECKPOINT');
const dump = await db.dumpDataDir('none');
await db.close();

const packed = zstdCompressSync(Buffer.from(await dump.arrayBuffer()), {
  params: { [constants.ZSTD_c_compressionLevel]: 19 },
});
writeFileSync(PREPARED_CLUSTER, packed);
