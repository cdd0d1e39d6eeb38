import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildScorecard, type Scorecard, Scorecards } from '../../src/analyse/index.ts';
import { type ClickHouse, openEmbeddedClickHouse } from '../../src/stores/clickhouse/index.ts';
import { migrateClickHouse, migratePostgres } from '../../src/stores/migrations/index.ts';
import { openEmbeddedPostgres, type Postgres } from '../../src/stores/postgres/index.ts';
import { attributionOf, epoch, planOf, revenue, signups, twoArms } from './fixtures.ts';

const migrations = (store: string) => fileURLToPath(new URL(`../../migrations/${store}`, import.meta.url));
const MINUTE_MS = 60_000;
const FIRST_MS = Date.UTC(2026, 1, 1);

let directory = '';
let clickhouse: ClickHouse;
let postgres: Postgres;
let scorecards: Scorecards;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'assay-scorecards-'));
  clickhouse = await openEmbeddedClickHouse({ directory: join(directory, 'clickhouse') });
  postgres = await openEmbeddedPostgres({ directory: join(directory, 'postgres') });
  await migrateClickHouse(clickhouse, migrations('clickhouse'));
  await migratePostgres(postgres, migrations('postgres'));
  scorecards = new Scorecards({ clickhouse, postgres });
});

afterAll(async () => {
  await clickhouse.close();
  await postgres.close();
  await rm(directory, { recursive: true, force: true });
});

/** The scorecard of an experiment so many minutes in, when `minute + 10` of 500 treated units had signed up. */
function scorecardAt(key: string, minute: number): Scorecard {
  const dataThrough = new Date(FIRST_MS + minute * MINUTE_MS);
  return buildScorecard(
    planOf({ key }),
    attributionOf({ dataThrough, ...twoArms([50, 500], [minute + 10, 500]) }),
    {
      computedAt: new Date(dataThrough.getTime() + 1234),
      scorecardId: `sc_${key}_${minute}`,
      engineVersion: '0.1.0',
    },
  );
}
const pointerOf = ({ results }: Scorecard) => ({
  scorecardId: results.scorecardId,
  dataThrough: new Date(results.dataThrough),
  computedAt: new Date(results.computedAt),
});
const latestId = async (key: string) => (await scorecards.latest([key])).get(key)?.scorecardId;
const whole = { metric: null, from: new Date(0), to: new Date(FIRST_MS * 2), limit: 500 };

async function rowsOf(table: 'scorecards' | 'scorecard_points', experiment: string): Promise<number> {
  const [row] = await clickhouse.query<{ n: string }>({
    sql: `SELECT count() AS n FROM ${table} WHERE experiment = {experiment:String}`,
    params: { experiment },
    limits: { maxSeconds: 10, maxMemoryBytes: 100_000_000 },
  });
  return Number(row?.n);
}

describe('saving', () => {
  it('gives back every digit of both documents', async () => {
    const scorecard = scorecardAt('digits', 30);
    await scorecards.save(scorecard);
    const documents = await scorecards.documents('digits', pointerOf(scorecard));
    expect(JSON.parse(documents?.results ?? '')).toEqual(scorecard.results);
    expect(JSON.parse(documents?.health ?? '')).toEqual(scorecard.health);
    expect((await scorecards.latest(['digits', 'unknown'])).size).toBe(1);
    expect((await scorecards.latest(['digits'])).get('digits')).toEqual(pointerOf(scorecard));
  });

  it('again changes nothing', async () => {
    const scorecard = scorecardAt('again', 1);
    await scorecards.save(scorecard);
    await scorecards.save(scorecard);
    expect(await rowsOf('scorecards', 'again')).toBe(1);
    expect(await rowsOf('scorecard_points', 'again')).toBe(1);
  });

  it('never moves the latest back in time', async () => {
    await scorecards.save(scorecardAt('monotone', 5));
    await scorecards.save(scorecardAt('monotone', 3));
    expect(await latestId('monotone')).toBe('sc_monotone_5');
    await scorecards.save(scorecardAt('monotone', 6));
    expect(await latestId('monotone')).toBe('sc_monotone_6');
  });

  it('of many at once keeps each for itself', async () => {
    await scorecards.save(scorecardAt('many-b', 9));
    const all = [scorecardAt('many-a', 5), scorecardAt('many-b', 5), scorecardAt('many-c', 5)];
    await scorecards.saveAll(all);
    await scorecards.saveAll(all);
    await scorecards.saveAll([]);
    const latest = await scorecards.latest(['many-a', 'many-b', 'many-c']);
    expect([...latest].map(([key, { scorecardId }]) => [key, scorecardId]).sort()).toEqual([
      ['many-a', 'sc_many-a_5'],
      ['many-b', 'sc_many-b_9'],
      ['many-c', 'sc_many-c_5'],
    ]);
    for (const [key, rows] of [
      ['many-a', 1],
      ['many-b', 2],
    ] as const) {
      expect(await rowsOf('scorecards', key)).toBe(rows);
      expect(await rowsOf('scorecard_points', key)).toBe(rows);
    }
  });

  it('of an experiment without metrics needs no points', async () => {
    const scorecard = buildScorecard(planOf({ key: 'bare', metrics: [] }), attributionOf(), {
      computedAt: new Date(FIRST_MS),
      scorecardId: 'sc_bare',
      engineVersion: '0.1.0',
    });
    await scorecards.save(scorecard);
    expect(await latestId('bare')).toBe('sc_bare');
  });
});

describe('history', () => {
  beforeAll(async () => {
    for (let minute = 0; minute < 12; minute += 1) await scorecards.save(scorecardAt('history', minute));
  });

  it('finds the scorecard of an instant', async () => {
    const at = (ms: number) => scorecards.asOf('history', new Date(FIRST_MS + ms));
    expect(await at(-1)).toBeNull();
    expect((await at(0))?.scorecardId).toBe('sc_history_0');
    expect((await at(MINUTE_MS - 1))?.scorecardId).toBe('sc_history_0');
    expect(await at(7.5 * MINUTE_MS)).toEqual(pointerOf(scorecardAt('history', 7)));
    expect((await at(1e9))?.scorecardId).toBe('sc_history_11');
  });

  it('lists a half-open range, newest first, at most so many', async () => {
    const range = { from: new Date(FIRST_MS + 2 * MINUTE_MS), to: new Date(FIRST_MS + 9 * MINUTE_MS) };
    const ids = async (limit: number) =>
      (await scorecards.history('history', { ...range, limit })).map((pointer) => pointer.scorecardId);
    expect(await ids(100)).toEqual([8, 7, 6, 5, 4, 3, 2].map((minute) => `sc_history_${minute}`));
    expect(await ids(2)).toEqual(['sc_history_8', 'sc_history_7']);
  });

  it('gives figures over time, ascending', async () => {
    const { series, stretchMs } = await scorecards.timeseries('history', whole);
    expect(series.map((each) => [each.metric, each.variant])).toEqual([['signup', 'treatment']]);
    const points = series[0]?.points ?? [];
    expect(points.map((point) => point.scorecardId)).toEqual(
      Array.from({ length: 12 }, (_, minute) => `sc_history_${minute}`),
    );
    const reference = scorecardAt('history', 4).results.metrics[0]?.comparisons[0];
    expect(points[4]).toMatchObject({
      dataThrough: new Date(FIRST_MS + 4 * MINUTE_MS).toISOString(),
      verdict: reference?.verdict,
      units: { control: 500, treatment: 500 },
      reason: null,
    });
    expect(points[4]?.p).toBeCloseTo(reference?.p ?? Number.NaN, 12);
    expect(points[4]?.absolute.estimate).toBeCloseTo(reference?.absolute.estimate ?? Number.NaN, 12);
    expect(stretchMs).toBeNull();
  });

  it('thins to the last of each stretch, the newest always among them', async () => {
    const { series, stretchMs } = await scorecards.timeseries('history', { ...whole, limit: 4 });
    expect(series[0]?.points.map((point) => point.scorecardId)).toEqual(
      [2, 5, 8, 11].map((minute) => `sc_history_${minute}`),
    );
    expect(stretchMs).toBeGreaterThan(2 * MINUTE_MS);
  });

  it('knows only the metrics asked for, in the time asked for', async () => {
    expect(await scorecards.timeseries('history', { ...whole, metric: 'unknown' })).toEqual({
      series: [],
      stretchMs: null,
    });
    const { series } = await scorecards.timeseries('history', {
      ...whole,
      metric: 'signup',
      from: new Date(FIRST_MS + 10 * MINUTE_MS),
    });
    expect(series[0]?.points.length).toBe(2);
  });

  it('says where a point has no figures', async () => {
    const plan = planOf({
      key: 'empty',
      metrics: [signups, revenue],
      epochs: [epoch(1, { control: 1, treatment: 1, other: 1 })],
    });
    await scorecards.save(
      buildScorecard(plan, attributionOf(), {
        computedAt: new Date(FIRST_MS),
        scorecardId: 'sc_empty',
        engineVersion: '0.1.0',
      }),
    );
    const { series } = await scorecards.timeseries('empty', whole);
    expect(series.length).toBe(4);
    expect(series[0]?.points[0]).toMatchObject({
      verdict: 'notEnoughData',
      p: null,
      reason: 'see-scorecard',
    });
  });
});
