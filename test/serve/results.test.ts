import { afterEach, describe, expect, it } from 'vitest';
import { type Attributor, Breakdown, buildScorecard, Results } from '../../src/analyse/index.ts';
import { buildIdentity } from '../../src/attribute/index.ts';
import { createOpenApiDocument } from '../../src/http/index.ts';
import { RESULTS_CSV_HEADER } from '../../src/serve/index.ts';
import { HealthAnswer, RunAnswer, TimeseriesAnswer } from '../../src/serve/schemas.ts';
import { attributionOf, planned, planOf, signups, twoArms } from '../analyse/fixtures.ts';
import { type Served, serve } from './served-app.ts';

const ROOT = '/api/v1/experiments';
const FIRST = new Date('2026-02-01T00:00:00Z');
const SECOND = new Date('2026-02-02T00:00:00Z');

const scorecard = (dataThrough: Date, id: string, treated: number) =>
  buildScorecard(planOf(), attributionOf({ dataThrough, ...twoArms([50, 500], [treated, 500]) }), {
    computedAt: new Date(dataThrough.getTime() + 1000),
    scorecardId: id,
    engineVersion: '0.1.0',
  });
const first = scorecard(FIRST, 'sc_first', 51);
const second = scorecard(SECOND, 'sc_second', 90);

const refuse: Attributor = {
  run: async () => {
    throw new Error('raw rows were read');
  },
};

const open: Served[] = [];
async function started(options: Partial<Parameters<typeof serve>[0]> = {}): Promise<Served> {
  const served = await serve({ scorecards: [first, second], ...options });
  open.push(served);
  return served;
}
afterEach(async () => {
  for (const { app } of open.splice(0)) await app.close();
});
const get = ({ app }: Served, url: string, headers: Record<string, string> = {}) =>
  app.inject({ method: 'GET', url, headers });

describe('results', () => {
  it('are the stored document, byte for byte', async () => {
    const answer = await get(await started(), `${ROOT}/checkout/results`);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(answer.headers['cache-control']).toBe('private, no-cache');
    expect(answer.body).toBe(JSON.stringify(second.results));
  });

  it('are read once, however many ask', async () => {
    const served = await started();
    await Promise.all(Array.from({ length: 50 }, () => get(served, `${ROOT}/checkout/results`)));
    expect(served.scorecards.latestAsked).toBe(1);
    expect(served.scorecards.documentsAsked).toBe(1);
  });

  it('have a strong ETag that says when nothing changed', async () => {
    const served = await started();
    const { headers } = await get(served, `${ROOT}/checkout/results`);
    const etag = String(headers.etag);
    expect(etag).toMatch(/^"[\w-]+"$/);
    const again = await get(served, `${ROOT}/checkout/results`, { 'if-none-match': `"other", W/${etag}` });
    expect(again.statusCode).toBe(304);
    expect(again.body).toBe('');
    expect(again.headers.etag).toBe(etag);
    const other = await get(served, `${ROOT}/checkout/results`, { 'if-none-match': '"other"' });
    expect(other.statusCode).toBe(200);
  });

  it('can be had as they stood', async () => {
    const served = await started();
    const at = async (instant: string) =>
      (await get(served, `${ROOT}/checkout/results?as_of=${encodeURIComponent(instant)}`)).json();
    expect((await at('2026-02-01T23:59:59Z')).scorecardId).toBe('sc_first');
    expect((await at('2026-02-02T01:00:00+01:00')).scorecardId).toBe('sc_second');
    const before = await at('2026-01-31T00:00:00Z');
    expect(before).toMatchObject({ scorecardId: null, reason: 'no-scorecard-at-that-time' });
  });

  it('keep their shape before the first scorecard', async () => {
    const served = await started();
    for (const key of ['quiet', 'planned']) {
      const answer = await get(served, `${ROOT}/${key}/results`);
      expect(answer.statusCode).toBe(200);
      const results = Results.parse(answer.json());
      expect(Object.keys(results).sort()).toEqual(Object.keys(second.results).sort());
      expect(results).toMatchObject({ experiment: key, reason: 'no-scorecard-yet', metrics: [] });
      expect(results.sampleRatio).toMatchObject({ status: 'unknown', p: null });
    }
  });

  it('are 404 for an experiment that does not exist, 400 for a query that says nothing', async () => {
    const served = await started();
    expect((await get(served, `${ROOT}/unknown/results`)).statusCode).toBe(404);
    for (const query of ['as_of=yesterday', 'as_of=0001-01-01T00:00:00Z', 'format=xml', 'segmnt=germany'])
      expect((await get(served, `${ROOT}/checkout/results?${query}`)).statusCode).toBe(400);
  });

  it('take keys with colons', async () => {
    const answer = await get(await started(), `${ROOT}/flag:checkout/results`);
    expect(answer.json()).toMatchObject({ experiment: 'flag:checkout', reason: 'no-scorecard-yet' });
  });

  it('say so where the stored scorecard is gone', async () => {
    const served = await started();
    served.scorecards.documents = async () => null;
    const answer = await get(served, `${ROOT}/checkout/results`);
    expect(answer.statusCode).toBe(500);
    expect(answer.json().detail).toContain('sc_second');
  });
});

describe('results as CSV', () => {
  it('have a row per metric and comparison, by format or by Accept', async () => {
    const served = await started();
    const byFormat = await get(served, `${ROOT}/checkout/results?format=csv`);
    expect(byFormat.headers['content-type']).toBe('text/csv; charset=utf-8; header=present');
    expect(byFormat.headers['content-disposition']).toBe('attachment; filename="checkout-sc_second.csv"');
    const [header, row, ...rest] = byFormat.body.split('\r\n');
    expect(header).toBe(RESULTS_CSV_HEADER.join(','));
    expect(rest).toEqual(['']);
    const cells = new Map((row ?? '').split(',').map((cell, i) => [RESULTS_CSV_HEADER[i], cell]));
    const comparison = second.results.metrics[0]?.comparisons[0];
    expect(Object.fromEntries(cells)).toMatchObject({
      metric: 'signup',
      variant: 'treatment',
      verdict: 'better',
      units: '500',
    });
    expect(Number(cells.get('p'))).toBe(comparison?.p);
    expect(Number(cells.get('absoluteLow'))).toBe(comparison?.absolute.ci?.[0]);
    const byAccept = await get(served, `${ROOT}/checkout/results`, { accept: 'text/csv' });
    expect(byAccept.body).toBe(byFormat.body);
    expect(byAccept.headers.etag).toBe(byFormat.headers.etag);
    const json = await get(served, `${ROOT}/checkout/results?format=json`, { accept: 'text/csv' });
    expect(json.headers['content-type']).toContain('application/json');
    expect(json.headers.etag).not.toBe(byFormat.headers.etag);
  });

  it('have a row per step of a funnel, the last of which is the metric’s own', async () => {
    const metric = planned('goal', {
      ...{ key: 'way', type: 'funnel' },
      steps: [{ event: 'view' }, { event: 'cart' }, { event: 'order' }],
    });
    const arm = (variant: string, units: readonly number[]) => ({
      ...{ epoch: 1, population: 'new' as const, cohortDay: '2026-01-02', metric: 'way', variant },
      bins: units.map((n, bin) => ({ bin, units: n })),
    });
    const bins = [arm('control', [40, 30, 20, 10]), arm('treatment', [20, 30, 30, 20])];
    const { units } = twoArms([0, 100], [0, 100]);
    const funnel = buildScorecard(planOf({ metrics: [metric] }), attributionOf({ bins, units }), {
      ...{ computedAt: SECOND, scorecardId: 'sc_funnel', engineVersion: '0.1.0' },
    });
    const { body } = await get(
      await started({ scorecards: [funnel] }),
      `${ROOT}/checkout/results?format=csv`,
    );
    const rows = body
      .trimEnd()
      .split('\r\n')
      .map((line) => line.split(','));
    const column = (name: (typeof RESULTS_CSV_HEADER)[number]) =>
      rows.map((row) => row[RESULTS_CSV_HEADER.indexOf(name)]);
    expect(new Set(rows.map((row) => row.length))).toEqual(new Set([RESULTS_CSV_HEADER.length]));
    expect(column('step')).toEqual(['step', '1', '2', '3']);
    expect(column('controlMean')).toEqual(['controlMean', '0.6', '0.3', '0.1']);
    expect(column('mean')).toEqual(['mean', '0.8', '0.5', '0.2']);
    expect(column('units')).toEqual(['units', '100', '100', '100']);
    expect(column('verdict')).toEqual(['verdict', '', '', 'better']);
    expect(column('sampleRatioStatus')).toEqual(['sampleRatioStatus', 'ok', 'ok', 'ok']);
    expect(
      column('p')
        .slice(1)
        .every((p) => Number(p) > 0 && Number(p) < 0.1),
    ).toBe(true);
  });

  it('are the header alone before the first scorecard', async () => {
    const answer = await get(await started(), `${ROOT}/quiet/results?format=csv`);
    expect(answer.body).toBe(`${RESULTS_CSV_HEADER.join(',')}\r\n`);
  });
});

describe('segments', () => {
  const url = `${ROOT}/checkout/results?segment=germany`;

  it('are computed once over the scorecard’s data, restricted by the declared filters', async () => {
    const asked: unknown[] = [];
    const served = await started({
      recomputation: {
        run: async (_, options) => {
          asked.push(options);
          return attributionOf({ dataThrough: options.dataThrough, ...twoArms([5, 50], [20, 50]) });
        },
      },
    });
    const [answer] = await Promise.all([get(served, url), get(served, url)]);
    expect(answer?.json()).toMatchObject({
      segment: 'germany',
      scorecardId: 'sc_second',
      dataThrough: SECOND.toISOString(),
    });
    expect(answer?.json().metrics[0].arms[0].units).toBe(50);
    await get(served, url);
    expect(asked).toEqual([
      { dataThrough: SECOND, segment: [{ attribute: 'country', op: 'eq', value: 'DE' }] },
    ]);
  });

  it('that are not declared are 404, and say which are', async () => {
    const answer = await get(await started(), `${ROOT}/checkout/results?segment=france`);
    expect(answer.statusCode).toBe(404);
    expect(answer.json().detail).toContain('germany');
  });

  it('that take long are 503 with Retry-After, and found done by who asks again', async () => {
    let finish: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const served = await started({
      computingWaitMs: 5,
      recomputation: {
        run: async (_, { dataThrough }) => {
          await gate;
          return attributionOf({ dataThrough });
        },
      },
    });
    const late = await get(served, url);
    expect(late.statusCode).toBe(503);
    expect(Number(late.headers['retry-after'])).toBeGreaterThan(0);
    finish();
    await gate;
    expect((await get(served, url)).statusCode).toBe(200);
  });

  it('that failed are computed again', async () => {
    let attempts = 0;
    const served = await started({
      recomputation: {
        run: async (_, { dataThrough }) => {
          attempts += 1;
          if (attempts === 1) throw new Error('the statement failed');
          return attributionOf({ dataThrough });
        },
      },
    });
    expect((await get(served, url)).statusCode).toBe(500);
    expect((await get(served, url)).statusCode).toBe(200);
  });
});

describe('closed windows', () => {
  const url = `${ROOT}/checkout/results?windows=closed`;
  // Windows of a day: those of the first are over, those of the second are not.
  const metrics = [{ ...signups, definition: { ...signups.definition, windowHours: 24 } }];
  const plan = planOf({ metrics });
  const [over, open] = ['2026-02-01', '2026-02-03'].map((cohortDay) => ({ cohortDay }));
  const early = twoArms([5, 50], [20, 50], over);
  const late = twoArms([7, 70], [9, 70], open);
  const attribution = attributionOf({
    dataThrough: new Date('2026-02-03T12:00:00Z'),
    units: [...early.units, ...late.units],
    moments: [...early.moments, ...late.moments],
  });
  const live = { ...attribution, experiment: plan.key, build: 1, identity: buildIdentity(plan) };

  it('are read from live moments: metrics of days that are over, units and sample ratio of all', async () => {
    const served = await started({ live, plan: { metrics }, recomputation: refuse });
    const answer = await get(served, url);
    const results = Results.parse(answer.json());
    expect(results).toMatchObject({ windows: 'closed', dataThrough: '2026-02-03T12:00:00.000Z' });
    expect(results.metrics[0]).toMatchObject({ closedUnits: 100, arms: [{ units: 50 }, { units: 50 }] });
    expect(results.sampleRatio.units).toEqual({ control: 120, treatment: 120 });
    const again = await get(served, url, { 'if-none-match': String(answer.headers.etag) });
    expect(again.statusCode).toBe(304);
    const file = await get(served, `${url}&format=csv`);
    expect(file.headers['content-disposition']).toMatch(/filename="checkout-closed-sc_/);
    const [header = '', row = ''] = file.body.split('\r\n').map((line) => line.split(','));
    const cells = Object.fromEntries(RESULTS_CSV_HEADER.map((name) => [name, row[header.indexOf(name)]]));
    expect(cells).toMatchObject({ windows: 'closed', closedUnits: '100', units: '50' });
  });

  it('are said of every scorecard, which is of all windows', () => {
    const { results } = buildScorecard(plan, attribution, {
      ...{ computedAt: SECOND, scorecardId: 'sc_all', engineVersion: '0.1.0' },
    });
    expect(results.windows).toBe('all');
    expect(results.metrics[0]).toMatchObject({ closedUnits: 100, arms: [{ units: 120 }, { units: 120 }] });
  });

  it.each([
    ['there are no live moments', undefined],
    ['they are of another definition', { ...live, identity: 'another' }],
  ])('are computed once over the scorecard’s data where %s', async (_, others) => {
    let asked = 0;
    const served = await started({
      ...(others === undefined ? {} : { live: others }),
      plan: { metrics },
      recomputation: {
        run: async (_plan, { dataThrough }) => {
          asked += 1;
          return { ...attribution, dataThrough: new Date(dataThrough.getTime() + 86_400_000) };
        },
      },
    });
    const answers = await Promise.all([get(served, url), get(served, url)]);
    expect(answers.map((answer) => answer.json().metrics[0].arms[0].units)).toEqual([50, 50]);
    await get(served, url);
    expect(asked).toBe(1);
  });

  it('of a segment are those of the segment', async () => {
    const served = await started({
      live,
      plan: { metrics },
      recomputation: { run: async () => attribution },
    });
    const answer = await get(served, `${url}&segment=germany`);
    expect(answer.json()).toMatchObject({ windows: 'closed', segment: 'germany' });
    expect(answer.json().metrics[0].arms[0].units).toBe(50);
    const all = await get(served, `${ROOT}/checkout/results?segment=germany`);
    expect(all.json().metrics[0].arms[0].units).toBe(120);
  });

  it('are refused as they stood, and empty before the first scorecard', async () => {
    const served = await started({ live, plan: { metrics } });
    const refused = await get(served, `${url}&as_of=2026-02-01T00:00:00Z`);
    expect(refused.statusCode).toBe(400);
    expect(refused.json().errors).toMatchObject([{ pointer: '/as_of' }]);
    const none = await get(served, `${ROOT}/quiet/results?windows=closed`);
    expect(none.json()).toMatchObject({ reason: 'no-scorecard-yet', windows: null });
  });
});

describe('figures by an attribute', () => {
  const plan = { segmentAttributes: ['country', 'plan'] };
  const identity = buildIdentity(planOf(plan));
  const at = { dataThrough: SECOND, experiment: 'checkout', build: 1, identity };
  const values = ['DE', ''];
  const live = (rows: ReturnType<typeof twoArms>) => ({ ...attributionOf(rows), ...at });
  const segments = [
    { value: 'DE', attribution: live(twoArms([50, 500], [90, 500])) },
    { value: '', attribution: live(twoArms([5, 50], [5, 50])) },
    { value: null, attribution: live(twoArms([7, 70], [9, 70])) },
  ];
  const all = live(twoArms([62, 620], [104, 620]));
  const readSegments: NonNullable<Parameters<typeof serve>[0]['readSegments']> = async (
    _,
    attribute,
    only,
  ) =>
    attribute === 'country'
      ? { values, all, segments: segments.filter(({ value }) => only === undefined || value === only.value) }
      : null;
  const breakdown = `${ROOT}/checkout/breakdown?attribute=country`;
  const results = `${ROOT}/checkout/results?attribute=country`;

  it('are a breakdown by its values, the same bytes as long as nothing was received', async () => {
    let read = 0;
    const served = await started({
      plan,
      readSegments: async (...asked) => {
        read += 1;
        return readSegments(...asked);
      },
    });
    const [answer] = await Promise.all([get(served, breakdown), get(served, breakdown)]);
    expect(answer?.statusCode).toBe(200);
    expect(read).toBe(1);
    const document = Breakdown.parse(answer?.json());
    expect(document.values.map(({ value }) => value)).toEqual(['DE', '', null]);
    expect(document.dataThrough).toBe(SECOND.toISOString());
    const again = await get(served, breakdown, { 'if-none-match': String(answer?.headers.etag) });
    expect(again.statusCode).toBe(304);
  });

  it.each([
    ['value=DE', 'DE', 500, 'checkout-country-DE-sc_'],
    ['value=', '', 50, 'checkout-country-sc_'],
    ['other=true', null, 70, 'checkout-country-other-sc_'],
  ])('are a whole scorecard of one value: %s', async (query, value, units, name) => {
    const served = await started({ plan, readSegments });
    const answer = Results.parse((await get(served, `${results}&${query}`)).json());
    expect(answer).toMatchObject({ segmentValue: { attribute: 'country', value }, segment: null });
    expect(answer.metrics[0]?.arms[0]?.units).toBe(units);
    const file = await get(served, `${results}&${query}&format=csv`);
    expect(file.headers['content-disposition']).toContain(`filename="${name}`);
    expect(file.body).toContain(`,country,${value ?? ''},all,signup,`);
    const closed = await get(served, `${results}&${query}&windows=closed`);
    expect(closed.json()).toMatchObject({ windows: 'closed', segmentValue: { value } });
  });

  it('are 404 where attribute or value have none, and say which have', async () => {
    const served = await started({ plan, readSegments });
    const attribute = await get(served, `${ROOT}/checkout/breakdown?attribute=age`);
    expect([attribute.statusCode, attribute.json().detail]).toEqual([
      404,
      'Experiment "checkout" has no segment attribute "age"; it declares country, plan (segmentAttributes).',
    ]);
    const value = await get(served, `${results}&value=FR`);
    expect(value.statusCode).toBe(404);
    expect(value.json().detail).toContain('"DE", "" have; other=true');
    expect((await get(served, `${ROOT}/unknown/breakdown?attribute=country`)).statusCode).toBe(404);
  });

  it('are 503 while their moments are being made, 409 where they are not kept any more', async () => {
    const anotherBuild: typeof readSegments = async (...asked) => {
      const found = await readSegments(...asked);
      return found && { ...found, all: { ...found.all, identity: 'another' } };
    };
    for (const options of [
      { plan, readSegments: async () => null },
      { plan, readSegments: anotherBuild },
    ]) {
      const served = await started(options);
      for (const url of [breakdown, `${results}&value=DE`]) {
        const answer = await get(served, url);
        expect(answer.statusCode).toBe(503);
        expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
        expect(answer.json().detail).toContain('by "country" are being made');
      }
    }
    const stopped = await started({ plan: { ...plan, status: 'stopped' } });
    const answer = await get(stopped, breakdown);
    expect(answer.statusCode).toBe(409);
    expect(answer.json().detail).toContain('is stopped, and no moments by its attributes are kept');
  });

  it('are asked for by either a value or the others, of the latest data', async () => {
    const served = await started({ plan, readSegments });
    for (const [query, pointer] of [
      ['attribute=country', '/attribute'],
      ['attribute=country&value=DE&other=true', '/attribute'],
      ['value=DE', '/attribute'],
      ['attribute=country&value=DE&segment=germany', '/segment'],
      ['attribute=country&value=DE&as_of=2026-02-01T00:00:00Z', '/as_of'],
      ['attribute=country&other=false', '/other'],
    ]) {
      const answer = await get(served, `${ROOT}/checkout/results?${query}`);
      expect([query, answer.statusCode]).toEqual([query, 400]);
      expect(answer.json().errors).toContainEqual(expect.objectContaining({ pointer }));
    }
    expect((await get(served, `${ROOT}/checkout/breakdown`)).statusCode).toBe(400);
  });
});

describe('health', () => {
  it('shows every epoch and how old the data are', async () => {
    const answer = await get(await started(), `${ROOT}/checkout/health`);
    const health = HealthAnswer.parse(answer.json());
    expect(health).toMatchObject({ status: 'ok', scorecardId: 'sc_second', ageSeconds: 27 * 86_400 });
    expect(health.epochs[0]?.days[0]?.units).toEqual({ control: 500, treatment: 500 });
  });

  it('is unknown without data', async () => {
    const answer = await get(await started(), `${ROOT}/quiet/health`);
    const health = HealthAnswer.parse(answer.json());
    expect(health).toMatchObject({
      status: 'unknown',
      ageSeconds: null,
      reason: 'no-scorecard-yet',
      epochs: [],
    });
  });
});

describe('time series', () => {
  it('ask for what the query says', async () => {
    const served = await started();
    const answer = await get(
      served,
      `${ROOT}/checkout/timeseries?metric=signup&from=2026-02-01T00:00:00Z&limit=10`,
    );
    expect(TimeseriesAnswer.parse(answer.json())).toMatchObject({
      metric: 'signup',
      to: null,
      series: [],
      reason: 'no-figures-in-this-range',
    });
    const [asked] = served.scorecards.timeseriesAsked;
    expect(asked?.[0]).toBe('checkout');
    expect(asked?.[1]).toMatchObject({ metric: 'signup', from: FIRST, limit: 10 });
  });

  it('are never longer than 500, and 404 for an unknown experiment', async () => {
    const served = await started();
    expect((await get(served, `${ROOT}/checkout/timeseries?limit=501`)).statusCode).toBe(400);
    expect((await get(served, `${ROOT}/unknown/timeseries`)).statusCode).toBe(404);
  });
});

describe('runs', () => {
  it('are asked for and followed', async () => {
    const served = await started();
    for (const key of ['checkout', 'flag:checkout', 'flag%3Acheckout']) {
      const answer = await served.app.inject({ method: 'POST', url: `${ROOT}/${key}:refresh` });
      expect(answer.statusCode).toBe(202);
      const run = RunAnswer.parse(answer.json());
      expect(run).toMatchObject({ experiment: decodeURIComponent(key), state: 'queued' });
      const followed = await get(served, String(answer.headers.location));
      expect(followed.statusCode).toBe(200);
      expect(followed.json()).toEqual(run);
    }
  });

  it('are refused for what does not exist or has not begun', async () => {
    const served = await started();
    const post = (path: string) => served.app.inject({ method: 'POST', url: `${ROOT}/${path}` });
    expect((await post('unknown:refresh')).statusCode).toBe(404);
    expect((await post('planned:refresh')).statusCode).toBe(409);
    expect((await post('checkout:refreshed')).statusCode).toBe(404);
    expect((await get(served, '/api/v1/runs/unknown')).statusCode).toBe(404);
    expect(served.runs.size).toBe(0);
  });
});

describe('the OpenAPI document', () => {
  it('has every route with its parameters, answers and the CSV header', async () => {
    const { app } = await started();
    const document = createOpenApiDocument(app, '0.1.0');
    expect(Object.keys(document.paths).sort()).toEqual([
      '/api/v1/experiments/{key}/attribution',
      '/api/v1/experiments/{key}/breakdown',
      '/api/v1/experiments/{key}/health',
      '/api/v1/experiments/{key}/results',
      '/api/v1/experiments/{key}/timeseries',
      '/api/v1/experiments/{key}:rebuild',
      '/api/v1/experiments/{key}:refresh',
      '/api/v1/experiments/{key}:verify',
      '/api/v1/runs/{id}',
    ]);
    const results = document.paths['/api/v1/experiments/{key}/results']?.get;
    const names = results?.parameters?.map((parameter) => ('name' in parameter ? parameter.name : ''));
    expect(names).toEqual(expect.arrayContaining(['key', 'as_of', 'segment', 'format', 'If-None-Match']));
    expect(results?.description).toContain('unadjustedAbsoluteLow');
    expect(document.paths['/api/v1/experiments/{key}:refresh']?.post?.parameters).toHaveLength(1);
    for (const schema of [Results, Breakdown, HealthAnswer, TimeseriesAnswer, RunAnswer]) {
      const { example } = schema.meta() ?? {};
      expect(schema.parse(example)).toEqual(example);
    }
    expect(Object.keys(document.components?.schemas ?? {})).toEqual(
      expect.arrayContaining(['Results', 'SampleRatio', 'HealthAnswer', 'Timeseries', 'Run', 'Problem']),
    );
  });
});
