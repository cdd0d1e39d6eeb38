import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Shard } from '../../src/attribute/live/shard/index.ts';
import { migratePostgres } from '../../src/stores/migrations/index.ts';
import { openEmbeddedPostgres, type Postgres } from '../../src/stores/postgres/index.ts';

const LEASE_MS = 60_000;
const directory = mkdtempSync(join(tmpdir(), 'assay-shard-'));
let postgres: Postgres;
let shard: Shard;
beforeAll(async () => {
  postgres = await openEmbeddedPostgres({ directory });
  await migratePostgres(postgres, fileURLToPath(new URL('../../migrations/postgres', import.meta.url)));
  shard = new Shard(postgres);
});
afterAll(async () => {
  await postgres.close();
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(async () => {
  await postgres.query(
    "UPDATE attribution_shards SET through = 1000, next_cycle = NULL, next_through = NULL, expires_at = 'epoch'",
  );
});

const acquire = async (holder: string): Promise<number> => {
  const fence = await shard.acquire(holder, LEASE_MS, false);
  if (fence === null) throw new Error('somebody else has the lease');
  return fence;
};
const lapse = () => postgres.query("UPDATE attribution_shards SET expires_at = 'epoch'");
/** Somebody who was held up, and the one who has taken over. */
async function overtaken(): Promise<{ old: number; next: number }> {
  const old = await acquire('old');
  await lapse();
  return { old, next: await acquire('next') };
}
const conflict = { code: 'conflict' };

describe('whoever has lost the lease (I6)', () => {
  it('cannot begin a cycle', async () => {
    const { old, next } = await overtaken();
    await expect(shard.intend(old, 2000)).rejects.toMatchObject(conflict);
    expect(await shard.read()).toEqual({ fence: next, through: 1000, under: null });
  });

  it('cannot end the cycle that it began, nor one that another began', async () => {
    const old = await acquire('old');
    const cycle = await shard.intend(old, 2000);
    await lapse();
    const next = await acquire('next');
    await expect(shard.finish(old, cycle)).rejects.toMatchObject(conflict);
    expect((await shard.read()).under).toEqual({ cycle, through: 2000, erases: false });
    await shard.finish(next, cycle);
    const second = await shard.intend(next, 3000);
    await expect(shard.finish(old, second)).rejects.toMatchObject(conflict);
    expect(await shard.read()).toMatchObject({ through: 2000, under: { cycle: second } });
  });

  it('cannot pass over what was received, take a number or renew its lease', async () => {
    const { old, next } = await overtaken();
    await expect(shard.passOver(old, 5000)).rejects.toMatchObject(conflict);
    await expect(shard.number(old)).rejects.toMatchObject(conflict);
    await expect(shard.renew(old, LEASE_MS)).rejects.toMatchObject(conflict);
    expect((await shard.read()).through).toBe(1000);
    await shard.passOver(next, 5000);
    expect((await shard.read()).through).toBe(5000);
  });

  it('gives nothing up that is no longer its own', async () => {
    const { old } = await overtaken();
    await shard.release(old);
    expect(await shard.acquire('third', LEASE_MS, false)).toBeNull();
  });
});

describe('whoever has the lease', () => {
  it('keeps others away until it runs out or is given back, and its fence is higher than all before', async () => {
    const { old, next } = await overtaken();
    expect(next).toBeGreaterThan(old);
    expect(await shard.acquire('third', LEASE_MS, false)).toBeNull();
    await shard.release(next);
    expect(await acquire('third')).toBeGreaterThan(next);
  });

  it('has one cycle under way at a time, each under a number of its own', async () => {
    const fence = await acquire('only');
    const first = await shard.intend(fence, 2000);
    await expect(shard.intend(fence, 3000)).rejects.toMatchObject(conflict);
    await expect(shard.finish(fence, first + 1)).rejects.toMatchObject(conflict);
    await expect(shard.passOver(fence, 3000)).rejects.toMatchObject(conflict);
    await shard.finish(fence, first);
    const beside = await shard.number(fence);
    expect(beside).toBeGreaterThan(first);
    expect(await shard.intend(fence, 3000)).toBeGreaterThan(beside);
  });
});
