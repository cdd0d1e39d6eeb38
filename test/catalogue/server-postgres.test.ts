import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openServerPostgres } from '../../src/stores/postgres/index.ts';
import { migrated } from '../access/fixture.ts';
import { running, startPostgres } from '../support/postgres/index.ts';
import { requireOrSkip } from '../support/requirement.ts';
import {
  by,
  type CatalogueFixture,
  definition,
  HOUR,
  makeFlag,
  makeRunning,
  openCatalogue,
} from './fixture.ts';

const server = await startPostgres();
if ('skipped' in server) requireOrSkip('postgres', server.skipped);
const up = () => running(server);

// The embedded engine runs one transaction after the other; a server runs them at the same time.
describe.skipIf('skipped' in server)('the catalogue on a Postgres server', () => {
  let fixture: CatalogueFixture;
  beforeAll(async () => {
    const postgres = openServerPostgres({ url: up().url });
    fixture = await openCatalogue(() => migrated(postgres, () => up().stop()));
  });
  afterAll(() => fixture.close());

  it('makes concurrent requests with one Idempotency-Key one', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        fixture.call('POST', '/environments', {
          headers: { 'idempotency-key': 'together' },
          body: { key: 'together' },
        }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    const { items } = await fixture.audit.list({ limit: 10, resource: 'environments/together' });
    expect(items).toHaveLength(1);
  });

  it('keeps of concurrent changes of one revision only the first', async () => {
    const { call, catalogue } = fixture;
    await makeRunning(catalogue, 'contested');
    const change = (path: string, body: unknown) =>
      call('PATCH', path, { headers: { 'if-match': path.startsWith('/exp') ? '"2"' : '"1"' }, body });
    for (const [path, bodies] of [
      ['/metrics/visit', [1, 2, 3, 4].map((windowHours) => ({ windowHours }))],
      ['/segments/germany', ['a', 'b', 'c', 'd'].map((name) => ({ name }))],
      ['/experiments/contested', ['a', 'b', 'c', 'd'].map((name) => ({ name }))],
    ] as const) {
      const answers = await Promise.all(bodies.map((body) => change(path, body)));
      expect(answers.map(({ status }) => status).sort(), path).toEqual([200, 412, 412, 412]);
    }
  });

  it('lets one of several simultaneous starts on a flag through', async () => {
    const { catalogue } = fixture;
    await makeFlag(catalogue, 'raced');
    const keys = ['race-1', 'race-2', 'race-3', 'race-4'];
    for (const key of keys) await catalogue.experiments.create(by, definition(key, 'raced'));
    const outcomes = await Promise.allSettled(keys.map((key) => catalogue.start(by, key)));
    expect(outcomes.map(({ status }) => status).sort()).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'rejected',
    ]);
  });

  it('numbers simultaneous epochs one after the other', async () => {
    const { catalogue, clock } = fixture;
    await makeRunning(catalogue, 'ramped');
    const at = (hours: number) => new Date(clock.now().getTime() + hours * HOUR).toISOString();
    const outcomes = await Promise.allSettled(
      [1, 2, 3, 4].map((hours) => catalogue.openEpoch(by, 'ramped', { effectiveAt: at(hours) })),
    );
    const opened = outcomes.filter(({ status }) => status === 'fulfilled').length;
    const epochs = await catalogue.epochs('ramped');
    expect(epochs.map(({ number }) => number)).toEqual(
      Array.from({ length: opened + 1 }, (_, index) => index + 1),
    );
    const times = epochs.map(({ effectiveAt }) => effectiveAt);
    expect(times).toEqual([...times].sort());
  });

  it('lets changes of a flag and of what runs on it meet, and never two experiments', async () => {
    const { catalogue, clock } = fixture;
    const guardrails = [{ metric: 'visit', margin: { kind: 'relative', value: 0.1 } }] as const;
    await catalogue.flagGuardrails.replace(by, 'production', null, { guardrails: [...guardrails] });
    const place = { environment: 'production', flag: 'met' };
    await makeFlag(catalogue, 'met');
    await catalogue.flags.patch(by, 'production/met', 'any', {
      allocation: { control: 'control', weights: { control: 1, treatment: 1 } },
    });
    const key = 'meeting';
    await catalogue.experiments.create(by, definition(key, 'met'));
    const [began] = await Promise.allSettled([
      catalogue.flagWide.begin(place),
      catalogue.flagWide.begin(place),
      catalogue.start(by, key),
    ]);
    expect(['fulfilled', 'rejected']).toContain(began.status);
    const { items } = await catalogue.experiments.list({ limit: 10 }, { flag: 'met', status: 'running' });
    expect(items.map((one) => one.key)).toEqual([key]);
    for (let round = 1; round <= 5; round += 1) {
      clock.advance(HOUR);
      const why = `round ${round}`;
      const optOut = round % 2 === 0 ? null : { metrics: ['visit'], why };
      await catalogue.flagGuardrails.replace(by, 'production', 'any', {
        guardrails: [{ metric: 'visit', margin: { kind: 'relative', value: (round + 1) / 10 } }],
      });
      // In whatever order: none waits for another in a circle.
      await Promise.all([
        catalogue.flags.patch(by, 'production/met', 'any', { guardrailsOptOut: optOut }),
        catalogue.experiments.patch(by, key, 'any', { name: why }),
        catalogue.flagWide.follow(key),
        catalogue.openEpoch(by, key, { weights: { control: 1, treatment: round + 1 } }),
      ]);
      const { name, flagWide } = await catalogue.experiments.read(key);
      expect([name, flagWide.revision]).toEqual([why, round + 1]);
      expect(flagWide.optedOut).toEqual(optOut);
    }
  });
});
