import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { AuditLog } from '../../src/access/index.ts';
import { DecisionLog } from '../../src/decide/index.ts';
import { PermittedAddresses, Sender, Webhooks } from '../../src/notify/index.ts';
import { migratePostgres } from '../../src/stores/migrations/index.ts';
import { openEmbeddedPostgres } from '../../src/stores/postgres/index.ts';
import { Receiver } from './receiver.ts';
import { change } from './webhook-world.ts';

const CHILD = fileURLToPath(new URL('./killed-notifier.ts', import.meta.url));
const MIGRATIONS = fileURLToPath(new URL('../../migrations/postgres', import.meta.url));
const KILLS = 5;

it('a process that decides and delivers may be killed with -9 at any moment', async () => {
  const root = mkdtempSync(join(tmpdir(), 'assay-notify-'));
  const directory = join(root, 'postgres');
  const receiver = await Receiver.open();
  onTestFinished(() => {
    receiver.close();
    rmSync(root, { recursive: true, force: true });
  });
  const clock = () => new Date();
  const first = await openEmbeddedPostgres({ directory });
  await migratePostgres(first, MIGRATIONS);
  const permitted = new PermittedAddresses({ allowHttp: true, networks: ['127.0.0.1/32'] });
  const made = await new Webhooks({
    ...{ postgres: first, audit: new AuditLog(first), log: new DecisionLog(first), permitted, clock },
    sender: new Sender({ permitted, secretsDirectory: null, clock }),
    ...{ secretsDirectory: null, look: () => undefined },
  }).create(change, { url: receiver.url });
  await first.close();

  for (let life = 1; life <= KILLS + 1; life += 1) {
    const total = 40 * life;
    const child = spawn(process.execPath, [CHILD, directory, String(total)], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const already = receiver.received.length;
    // In the midst of it where it is not too quick for that; the last one may finish.
    const finished = () => receiver.received.some(({ event }) => event.data.sequence === total);
    await receiver.until(() => finished() || (life <= KILLS && receiver.received.length >= already + life));
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  const postgres = await openEmbeddedPostgres({ directory });
  const current = await new DecisionLog(postgres).currentSince('production', 0, 100);
  const state = new Map<string, number>();
  const ids = new Map<number, Set<string>>();
  for (const { headers, event } of receiver.received) {
    const { flag, sequence } = event.data;
    expect(sequence, `${flag} after ${state.get(flag)}`).toBeGreaterThanOrEqual(state.get(flag) ?? 0);
    state.set(flag, sequence);
    ids.set(sequence, (ids.get(sequence) ?? new Set()).add(String(headers['webhook-id'])));
  }
  expect(state).toEqual(new Map(current.map(({ flag, sequence }) => [flag, sequence])));
  expect([...ids.values()].every(({ size }) => size === 1)).toBe(true);
  const doubled = await postgres.query<{ sequence: string; count: string }>(
    'SELECT sequence, count(*) FROM webhook_deliveries WHERE webhook = $1 GROUP BY sequence HAVING count(*) > 1',
    [made.id],
  );
  expect(doubled).toEqual([]);
  const [{ count } = { count: 0 }] = await postgres.query<{ count: string }>(
    'SELECT count(*) FROM webhook_deliveries',
  );
  expect(Number(count)).toBe(40 * (KILLS + 1));
  await postgres.close();
}, 180_000);
