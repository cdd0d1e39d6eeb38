import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOpenApiDocument } from '../../src/http/index.ts';
import { type CatalogueFixture, definition, makeFlag, makeRunning, openCatalogue } from './fixture.ts';

let fixture: CatalogueFixture;
beforeAll(async () => {
  fixture = await openCatalogue();
});
afterAll(() => fixture.close());

const pointers = (body: { errors?: { pointer: string }[] }) => body.errors?.map(({ pointer }) => pointer);

describe('the routes of the catalogue', () => {
  it('make, read and list, with strong ETags', async () => {
    const { call } = fixture;
    const made = await call('POST', '/environments', { body: { key: 'staging', name: 'Staging' } });
    expect(made.status).toBe(201);
    expect(made.headers.location).toBe('/api/v1/environments/staging');
    expect(made.headers.etag).toBe('"1"');
    const read = await call('GET', '/environments/staging');
    expect(read.body).toEqual(made.body);
    expect(read.headers.etag).toBe('"1"');
    const again = await call('GET', '/environments/staging', { headers: { 'if-none-match': '"1"' } });
    expect([again.status, again.body]).toEqual([304, null]);
    const { body } = await call('GET', '/environments');
    expect(body.items.map((item: { key: string }) => item.key)).toEqual(['production', 'staging']);
    expect((await call('POST', '/environments', { body: { key: 'staging' } })).status).toBe(409);
    expect((await call('GET', '/environments/nowhere')).status).toBe(404);
  });

  it('need the scope to write, and one to read', async () => {
    const { call } = fixture;
    const scopes = ['results:read'] as const;
    expect((await call('GET', '/metrics', { scopes })).status).toBe(200);
    const body = { type: 'proportion', key: 'x', source: { event: 'x' } };
    expect((await call('POST', '/metrics', { scopes, body })).status).toBe(403);
    expect((await call('GET', '/experiments', { scopes: ['events:write'] })).status).toBe(403);
  });

  it('address flags by environment and key', async () => {
    const { call } = fixture;
    const body = { key: 'banner', variants: [{ key: 'a' }, { key: 'b' }] };
    const made = await call('POST', '/flags', { body });
    expect(made.headers.location).toBe('/api/v1/flags/production/banner');
    expect((await call('GET', '/flags/production/banner')).body.variants).toHaveLength(2);
    const lost = await call('POST', '/flags', { body: { ...body, environment: 'nowhere' } });
    expect([lost.status, pointers(lost.body)]).toEqual([422, ['/environment']]);
    const listed = await call('GET', '/flags?environment=nowhere');
    expect(listed.body.items).toEqual([]);
    expect((await call('GET', '/flags?enviroment=typo')).status).toBe(400);
  });

  it('walk a list page by page without gap or repetition', async () => {
    const { call } = fixture;
    for (const key of ['m5', 'm1', 'm4', 'm2', 'm3', 'M0'])
      await call('POST', '/metrics', { body: { type: 'proportion', key, source: { event: 'x' } } });
    const seen: string[] = [];
    for (let cursor = ''; ; ) {
      const { body } = await call('GET', `/metrics?limit=3${cursor && `&cursor=${cursor}`}`);
      seen.push(...body.items.map((item: { key: string }) => item.key));
      if (body.nextCursor === null) break;
      cursor = body.nextCursor;
    }
    expect(seen).toEqual(['M0', 'm1', 'm2', 'm3', 'm4', 'm5', 'spend', 'visit']);
    for (const query of ['limit=0', 'limit=101', 'limit=x', 'cursor=x', 'page=2'])
      expect((await call('GET', `/metrics?${query}`)).status, query).toBe(400);
  });

  it('take a merge patch of what was read, and nothing stale', async () => {
    const { call } = fixture;
    await call('POST', '/segments', {
      body: { key: 'men', name: 'Men', filters: [{ attribute: 'sex', op: 'eq', value: 'm' }] },
    });
    const patch = (headers: Record<string, string>, body: unknown) =>
      call('PATCH', '/segments/men', { headers, body });
    expect((await patch({}, { name: 'M' })).status).toBe(428);
    expect((await patch({ 'if-match': '"2"' }, { name: 'M' })).status).toBe(412);
    expect((await patch({ 'if-match': 'W/"1"' }, { name: 'M' })).status).toBe(412);
    const merge = { 'if-match': '"7", "1"', 'content-type': 'application/merge-patch+json' };
    const changed = await patch(merge, { name: null });
    expect([changed.status, changed.headers.etag, changed.body.name]).toEqual([200, '"2"', '']);
    expect(changed.body.filters).toHaveLength(1);
    const same = await patch({ 'if-match': '"2"' }, { name: '' });
    expect([same.status, same.headers.etag]).toEqual([200, '"2"']);
    expect((await patch({ 'if-match': '*' }, { name: 'Any' })).headers.etag).toBe('"3"');
    const wrong = await patch(
      { 'if-match': '"3"' },
      { filters: [{ attribute: 'a', op: 'eq' }], colour: 'red' },
    );
    expect([wrong.status, pointers(wrong.body)]).toEqual([422, ['/filters/0/value', '/colour']]);
    const renamed = await patch({ 'if-match': '"3"' }, { key: 'women' });
    expect([renamed.status, pointers(renamed.body)]).toEqual([422, ['/key']]);
    expect((await patch({ 'if-match': '"3"' }, [1])).status).toBe(422);
  });

  it('keep of two concurrent changes of one revision only the first', async () => {
    const { call } = fixture;
    await call('POST', '/environments', { body: { key: 'contested' } });
    const answers = await Promise.all(
      ['a', 'b', 'c'].map((name) =>
        call('PATCH', '/environments/contested', { headers: { 'if-match': '"1"' }, body: { name } }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
  });

  it('refuse what the store cannot keep, without failing', async () => {
    const { call } = fixture;
    for (const name of ['a\0b', '\ud800'])
      expect((await call('POST', '/environments', { body: { key: 'odd', name } })).status).toBe(422);
    expect((await call('GET', '/environments/a%00b')).status).toBe(400);
    expect((await call('GET', '/audit-events?resource=%00')).status).toBe(400);
    expect((await call('POST', '/environments', { body: { key: 'x', why: '\0' } })).status).toBe(422);
  });

  it('audit each change with before, after, and why', async () => {
    const { call } = fixture;
    await call('POST', '/environments', { body: { key: 'qa', why: 'for the testers' } });
    await call('PATCH', '/environments/qa', {
      headers: { 'if-match': '"1"', 'assay-why': 'typo' },
      body: { name: 'QA' },
    });
    const { body } = await call('GET', '/audit-events?resource=environments/qa');
    expect(body.items).toEqual([
      expect.objectContaining({
        action: 'update',
        why: 'typo',
        before: expect.objectContaining({ name: '', revision: 1 }),
        after: expect.objectContaining({ name: 'QA', revision: 2 }),
      }),
      expect.objectContaining({ action: 'create', why: 'for the testers', before: null }),
    ]);
    expect(body.items[0].actor.id).toMatch(/^token:tok_/);
    expect((await call('GET', '/audit-events', { scopes: ['results:read'] })).status).toBe(403);
  });
});

describe('the steps of an experiment', () => {
  it('are addresses that end in :start, :stop and :archive', async () => {
    const { call, catalogue } = fixture;
    await makeFlag(catalogue, 'steps');
    await call('POST', '/experiments', { body: definition('steps:of:one', 'steps') });
    const step = async (name: string) => {
      const { status, body } = await call('POST', `/experiments/steps:of:one:${name}`);
      return [status, body.status];
    };
    expect(await step('stop')).toEqual([409, 409]);
    expect(await step('start')).toEqual([200, 'running']);
    const again = await call('POST', '/experiments/steps:of:one:start');
    expect(again.body.detail).toBe('Experiment "steps:of:one" cannot be started: it is running already.');
    expect(await step('archive')).toEqual([409, 409]);
    expect(await step('stop')).toEqual([200, 'stopped']);
    expect(await step('start')).toEqual([409, 409]);
    expect(await step('archive')).toEqual([200, 'archived']);
    expect(await step('explode')).toEqual([404, 404]);
    expect((await call('POST', '/experiments/nobody:start')).status).toBe(404);
    const epochs = await call('GET', '/experiments/steps:of:one/epochs');
    expect(epochs.body.items).toHaveLength(1);
  });

  it('filter the list', async () => {
    const { call, catalogue } = fixture;
    await makeRunning(catalogue, 'listed');
    const keys = async (query: string) =>
      (await call('GET', `/experiments?${query}`)).body.items.map((item: { key: string }) => item.key);
    expect(await keys('flag=listed')).toEqual(['listed']);
    expect(await keys('flag=listed&status=draft')).toEqual([]);
    expect(await keys('status=archived')).toEqual(['steps:of:one']);
    expect(await keys('environment=staging')).toEqual([]);
  });
});

describe('an Idempotency-Key', () => {
  const headers = { 'idempotency-key': '5a9e5a9e' };

  it('makes a repetition answer the same, and change nothing', async () => {
    const { call } = fixture;
    const body = { key: 'once', name: 'Once' };
    const [first, second] = [
      await call('POST', '/environments', { headers, body }),
      await call('POST', '/environments', { headers, body: { name: 'Once', key: 'once' } }),
    ];
    expect([second.status, second.body, second.headers.etag]).toEqual([201, first.body, '"1"']);
    const { body: events } = await call('GET', '/audit-events?resource=environments/once');
    expect(events.items).toHaveLength(1);
  });

  it('is refused for another body or another route, for 24 hours', async () => {
    const { call, clock } = fixture;
    const other = { key: 'twice' };
    expect((await call('POST', '/environments', { headers, body: other })).status).toBe(422);
    const segment = { key: 'once', name: 'Once' };
    expect((await call('POST', '/segments', { headers, body: segment })).status).toBe(422);
    clock.advance(24 * 3_600_000);
    expect((await call('POST', '/environments', { headers, body: other })).status).toBe(201);
  });

  it('makes concurrent requests one', async () => {
    const { call, catalogue } = fixture;
    await makeRunning(catalogue, 'concurrent');
    fixture.clock.advance(1_000);
    const answers = await Promise.all(
      Array.from({ length: 5 }, () =>
        call('POST', '/experiments/concurrent/epochs', {
          headers: { 'idempotency-key': 'ramp' },
          body: { weights: { control: 1, treatment: 3 } },
        }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(await catalogue.epochs('concurrent')).toHaveLength(2);
  });

  it('does not keep a failure: the corrected state answers the repetition', async () => {
    const { call, catalogue } = fixture;
    const request = { headers: { 'idempotency-key': 'later' }, body: definition('later', 'later') };
    expect((await call('POST', '/experiments', request)).status).toBe(422);
    await makeFlag(catalogue, 'later');
    expect((await call('POST', '/experiments', request)).status).toBe(201);
  });
});

it('is documented, with addresses as people write them', () => {
  const document = createOpenApiDocument(fixture.app, '0');
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method} ${path}`),
  );
  expect(operations).toEqual(
    expect.arrayContaining([
      'post /api/v1/experiments/{key}:start',
      'post /api/v1/experiments/{key}:stop',
      'post /api/v1/experiments/{key}:archive',
      'post /api/v1/experiments/{key}/epochs',
      'patch /api/v1/metrics/{key}',
      'get /api/v1/flags/{environment}/{key}',
      'delete /api/v1/tokens/{id}',
      'get /api/v1/audit-events',
    ]),
  );
  const create = document.paths['/api/v1/experiments']?.post;
  expect(create?.requestBody).toMatchObject({
    content: { 'application/json': { schema: { $ref: expect.stringMatching(/CreateExperiment/) } } },
  });
});
