import { createServer } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guardedFetch, type PermittedTargets } from '../../src/engines/index.ts';

const met: { method: string | undefined; headers: object; body: string }[] = [];
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => {
    body += chunk;
  });
  request.on('end', () => {
    met.push({ method: request.method, headers: request.headers, body });
    if (request.url === '/slow') return;
    if (request.url === '/moved') response.writeHead(302, { location: '/elsewhere' }).end();
    else if (request.url === '/nothing') response.writeHead(204).end();
    else response.writeHead(200, { 'content-type': 'application/json' }).end('{"a":"ä"}');
  });
});
let port = 0;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const toLoopback: LookupFunction = (_, options, done) =>
  options.all === true ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4);
const anywhere: PermittedTargets = { objectionTo: () => null, lookup: toLoopback };
const init = { method: 'GET', headers: { authorization: 'secret' }, signal: AbortSignal.timeout(5_000) };

describe('a guarded request', () => {
  it('goes to what the resolver permits, with its method, headers and body', async () => {
    met.length = 0;
    const answer = await guardedFetch(anywhere)(`http://engine.example:${port}/`, {
      ...init,
      method: 'PUT',
      body: '{"b":"ö"}',
    });
    expect([answer.status, answer.headers.get('content-type'), await answer.json()]).toEqual([
      200,
      'application/json',
      { a: 'ä' },
    ]);
    expect(met).toMatchObject([{ method: 'PUT', headers: { authorization: 'secret' }, body: '{"b":"ö"}' }]);
  });

  it('is not sent where the address or what it resolves to is not permitted', async () => {
    met.length = 0;
    const byAddress = guardedFetch({ ...anywhere, objectionTo: () => 'is private' });
    await expect(byAddress(`http://127.0.0.1:${port}/`, init)).rejects.toThrow('is private');
    const byName = guardedFetch({ ...anywhere, lookup: (_, __, done) => done(new Error('private'), []) });
    await expect(byName(`http://engine.example:${port}/`, init)).rejects.toThrow('private');
    expect(met).toEqual([]);
  });

  it('follows no redirection, and takes an answer without a body', async () => {
    met.length = 0;
    const send = guardedFetch(anywhere);
    expect((await send(`http://engine.example:${port}/moved`, init)).status).toBe(302);
    const nothing = await send(`http://engine.example:${port}/nothing`, init);
    expect([nothing.status, nothing.body]).toEqual([204, null]);
    expect(met).toHaveLength(2);
  });

  it('ends when its time is over', async () => {
    const signal = AbortSignal.timeout(50);
    const slow = guardedFetch(anywhere)(`http://engine.example:${port}/slow`, { ...init, signal });
    await expect(slow).rejects.toThrow();
  });
});
