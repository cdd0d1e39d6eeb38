import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DEAD_AFTER_SECONDS, readDataThrough } from '../../src/ingest/index.ts';
import { SourceMarks } from '../../src/ingest/source-marks.ts';
import type { Postgres } from '../../src/stores/postgres/index.ts';
import { openPostgres, removeDirectory, temporaryDirectory } from './open-stores.ts';

const T = Date.UTC(2026, 2, 1, 12);
const open = { closed: false };

describe('source marks', () => {
  const directory = temporaryDirectory();
  let postgres: Postgres;
  let marks: SourceMarks;
  beforeAll(async () => {
    postgres = await openPostgres(directory);
    marks = new SourceMarks(postgres);
  });
  afterAll(async () => {
    await postgres.close();
    removeDirectory(directory);
  });
  beforeEach(() => postgres.query('DELETE FROM source_marks'));

  const age = (source: string, seconds: number) =>
    postgres.query(
      'UPDATE source_marks SET heartbeat_at = now() - make_interval(secs => $2::float8) WHERE source = $1',
      [source, seconds],
    );

  it('know nothing where there never was a source', async () => {
    expect(await readDataThrough(postgres)).toBeNull();
    expect(await marks.furthest()).toBe(0);
  });

  it('are through to the least of the live sources', async () => {
    for (const source of ['a', 'b']) await marks.register(source, { sole: false });
    for (const [source, receivedThrough] of [
      ['a', T + 5],
      ['b', T + 3],
    ] as const) {
      await marks.record(source, { sequence: 1, receivedThrough }, open);
    }
    expect(await readDataThrough(postgres)).toEqual(new Date(T + 3));
    expect(await marks.receivedThrough('b')).toEqual({ live: T + 5, furthest: T + 5 });
  });

  it('do not wait for a source that is dead or closed, and then stand at the furthest', async () => {
    for (const source of ['a', 'dead', 'closed']) await marks.register(source, { sole: false });
    for (const [source, receivedThrough] of [
      ['a', T + 5],
      ['dead', T + 3],
      ['closed', T + 4],
    ] as const) {
      await marks.record(source, { sequence: 1, receivedThrough }, { closed: source === 'closed' });
    }
    await age('dead', DEAD_AFTER_SECONDS - 1);
    expect(await readDataThrough(postgres)).toEqual(new Date(T + 3));
    await age('dead', DEAD_AFTER_SECONDS + 1);
    expect(await readDataThrough(postgres)).toEqual(new Date(T + 5));
    await marks.record('a', { sequence: 2, receivedThrough: T + 9 }, { closed: true });
    expect(await readDataThrough(postgres)).toEqual(new Date(T + 9));
  });

  it('let a new source stamp only above what was given out, and take no watermark back', async () => {
    await marks.register('a', { sole: false });
    await marks.record('a', { sequence: 1, receivedThrough: T + 5 }, open);
    expect(await marks.register('b', { sole: false })).toBe(T + 5);
    expect(await readDataThrough(postgres)).toEqual(new Date(T + 5));
  });

  it('never go back', async () => {
    await marks.register('a', { sole: false });
    await marks.record('a', { sequence: 7, receivedThrough: T + 5 }, open);
    await marks.record('a', { sequence: 3, receivedThrough: T + 1 }, open);
    expect(await postgres.query('SELECT sequence::int, received_through FROM source_marks')).toEqual([
      { sequence: 7, received_through: new Date(T + 5) },
    ]);
  });

  it('end all other sources for one that has the stores to itself', async () => {
    await marks.register('killed', { sole: true });
    await marks.record('killed', { sequence: 1, receivedThrough: T }, open);
    expect(await marks.register('a', { sole: true })).toBe(T);
    await marks.record('a', { sequence: 1, receivedThrough: T + 5 }, open);
    expect(await readDataThrough(postgres)).toEqual(new Date(T + 5));
  });
});
