import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { AttributionLoop, type Step } from '../../src/attribute/index.ts';
import { AppError } from '../../src/errors.ts';

/** An attributor whose steps are given beforehand; the last one never ends until the loop is stopped. */
function scripted(steps: readonly (Step | Error)[]) {
  const reached = Promise.withResolvers<void>();
  const log: string[] = [];
  let at = 0;
  let closed = false;
  const attributor = {
    async step(): Promise<Step> {
      if (closed) throw new Error('a step after the end');
      const step = steps[at++];
      if (at >= steps.length) reached.resolve();
      if (step instanceof Error) throw step;
      return step ?? 'elsewhere';
    },
    async close() {
      closed = true;
    },
  };
  const logger = pino({ level: 'warn' }, { write: (line: string) => log.push(line) });
  return {
    loop: new AttributionLoop(attributor, logger),
    reached: reached.promise,
    log,
    isClosed: () => closed,
  };
}

describe('the loop of attribution', () => {
  it('steps until it is stopped, and then lets another process go on', async () => {
    const { loop, reached, log, isClosed } = scripted(['build', 'cycle', 'idle', 'cycle']);
    loop.start();
    await reached;
    await loop.stop();
    expect(isClosed()).toBe(true);
    expect(log).toEqual([]);
  });

  it('tells of a step that failed, and goes on', async () => {
    const { loop, reached, log } = scripted([
      new AppError('unavailable', 'Postgres is away.'),
      new Error('a bug'),
      'idle',
    ]);
    loop.start();
    await reached;
    await loop.stop();
    expect(log.map((line) => JSON.parse(line).level)).toEqual([40, 50]);
    expect(log.map((line) => JSON.parse(line).err.message)).toEqual(['Postgres is away.', 'a bug']);
  });

  it('can be stopped before it was started', async () => {
    const { loop, isClosed } = scripted(['idle']);
    await loop.stop();
    expect(isClosed()).toBe(true);
  });
});
