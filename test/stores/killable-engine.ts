import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '../../src/errors.ts';
import type { ClickHouse, InsertBlock, Statement } from '../../src/stores/clickhouse/index.ts';
import type { KillableClickHouse } from '../contract/clickhouse.contract.ts';
import type { EngineAnswer } from './embedded-process.ts';

/** The embedded adapter in a child process, on a directory of its own. */
export async function openKillableEngine(): Promise<KillableClickHouse> {
  const directory = await mkdtemp(join(tmpdir(), 'assay-killable-'));
  let child = await start(directory);
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  return {
    clickhouse: proxy(child),
    kill,
    async revive() {
      await kill();
      child = await start(directory);
      return proxy(child);
    },
    async stop() {
      await kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function start(directory: string): Promise<ChildProcess> {
  const script = fileURLToPath(new URL('./embedded-process.ts', import.meta.url));
  // 'advanced' carries Buffers.
  const child = fork(script, [directory], { serialization: 'advanced', execArgv: [] });
  await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error('the process of the engine ended at its start'))),
  ]);
  return child;
}

function proxy(child: ChildProcess): ClickHouse {
  const waiting = new Map<number, PromiseWithResolvers<unknown[]>>();
  let last = 0;
  child.on('message', ({ id, rows, failed }: EngineAnswer) => {
    const answer = waiting.get(id);
    waiting.delete(id);
    if (failed === null) answer?.resolve(rows);
    else answer?.reject(new Error(failed));
  });
  const gone = () => new AppError('unavailable', 'The process of the engine is gone.');
  child.on('exit', () => {
    for (const answer of waiting.values()) answer.reject(gone());
    waiting.clear();
  });
  const ask = (request: { insert: InsertBlock } | { query: Statement } | { command: Statement }) => {
    if (!child.connected) return Promise.reject(gone());
    last += 1;
    const answer = Promise.withResolvers<unknown[]>();
    waiting.set(last, answer);
    child.send({ id: last, ...request });
    return answer.promise;
  };
  return {
    query: async <Row>(query: Statement) => (await ask({ query })) as Row[],
    insert: async (insert) => void (await ask({ insert })),
    command: async (command) => void (await ask({ command })),
    // biome-ignore lint/correctness/useYield: a killable engine is asked for small results only
    stream: async function* () {
      throw new Error('not offered across processes');
    },
    ping: async () =>
      void (await ask({ query: { sql: 'SELECT 1', limits: { maxSeconds: 5, maxMemoryBytes: 1e8 } } })),
    close: async () => undefined,
  };
}
