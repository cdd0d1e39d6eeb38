import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { DecisionLog } from '../../src/decide/index.ts';
import { migratePostgres } from '../../src/stores/migrations/index.ts';
import { openEmbeddedPostgres } from '../../src/stores/postgres/index.ts';
import { type Contract, FakeEngine } from './conformance/fake-engine.ts';

const CHILD = fileURLToPath(new URL('./killed-enforcer.ts', import.meta.url));
const MIGRATIONS = fileURLToPath(new URL('../../migrations/postgres', import.meta.url));
const FLAGS = 24;
const KILLS = 3;

/** Many flags of one engine; how often each was really turned off, and what happens at each request. */
class Flags implements Contract {
  readonly turnedOff = new Map<string, number>();
  requests = 0;
  at = (_: number): void => undefined;

  admits(): boolean {
    return true;
  }
  serving(): boolean {
    return this.turnedOff.size < FLAGS;
  }
  answer({ method, url }: { readonly method: string; readonly url: string }) {
    const flag = /features\/(flag-\d+)\/environments\/production/.exec(url)?.[1];
    if (flag === undefined) return null;
    const off = this.turnedOff.get(flag) ?? 0;
    if (method === 'POST' && off === 0) this.turnedOff.set(flag, 1);
    this.requests += 1;
    this.at(this.requests);
    return { status: 200, body: method === 'GET' ? { enabled: !this.turnedOff.has(flag) } : undefined };
  }
}

it('a process that enforces may be killed with -9 at any moment: each flag is turned off, and all of it is known', async () => {
  const root = mkdtempSync(join(tmpdir(), 'assay-enforcer-'));
  const directory = join(root, 'postgres');
  const flags = new Flags();
  const engine = new FakeEngine(flags);
  const url = await engine.listen();
  onTestFinished(async () => {
    await engine.close();
    rmSync(root, { recursive: true, force: true });
  });
  writeFileSync(join(root, 'fake'), 'secret');
  const first = await openEmbeddedPostgres({ directory });
  await migratePostgres(first, MIGRATIONS);
  await first.close();

  for (let life = 1; life <= KILLS + 1; life += 1) {
    const child = spawn(process.execPath, [CHILD, directory, url, String(FLAGS), root], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const enough = Promise.withResolvers<void>();
    const before = flags.requests;
    // In the midst of a request that the engine has taken, and not answered yet; the last one may finish.
    flags.at = (count) => {
      if (life > KILLS || count < before + 3 * life) return;
      child.kill('SIGKILL');
      enough.resolve();
    };
    if (life <= KILLS) {
      await enough.promise;
      await once(child, 'exit').catch(() => undefined);
      continue;
    }
    if (child.stdout === null) throw new Error('it says nothing');
    expect(String(await once(child.stdout, 'data'))).toContain('confirmed');
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  const postgres = await openEmbeddedPostgres({ directory });
  onTestFinished(() => postgres.close());
  const decided = await new DecisionLog(postgres).since('production', 0, 1000);
  expect(decided.map(({ flag }) => flag)).toEqual(Array.from({ length: FLAGS }, (_, n) => `flag-${n}`));
  const rows = await postgres.query<{ flag: string; status: string; sequence: string }>(
    'SELECT flag, status, sequence FROM enforcements ORDER BY sequence',
  );
  expect(rows.map(({ flag, status }) => `${flag} ${status}`)).toEqual(
    decided.map(({ flag }) => `${flag} confirmed`),
  );
  expect([...flags.turnedOff.values()]).toEqual(Array(FLAGS).fill(1));
}, 240_000);
