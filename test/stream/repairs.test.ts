import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type {
  ConsumerGroupInternals,
  RequestQueueInternals,
  RunnerInternals,
} from '../../src/stream/kafkajs-internals.ts';
import { repairGenerations, repairJoin, repairRequestQueue } from '../../src/stream/repairs.ts';

describe('kafkajs’s queue of requests', () => {
  function queue(pending: readonly unknown[], throttledUntil: number) {
    const checked = Promise.withResolvers<void>();
    const fake: RequestQueueInternals = {
      throttledUntil,
      throttleCheckTimeoutId: null,
      pending,
      checkPendingRequests: () => checked.resolve(),
      scheduleCheckPendingRequests: () => undefined,
    };
    repairRequestQueue(fake);
    return { fake, checked: checked.promise };
  }

  it('sets no timer while nothing waits', () => {
    for (const throttledUntil of [-1, Date.now() + 60_000]) {
      const { fake } = queue([], throttledUntil);
      fake.scheduleCheckPendingRequests();
      expect(fake.throttleCheckTimeoutId).toBe(null);
    }
  });

  it('looks again at what waits, once, and not in the past', async () => {
    const warnings: string[] = [];
    const note = (warning: Error) => void warnings.push(warning.name);
    process.on('warning', note);
    const { fake, checked } = queue(['a request'], -1);
    fake.scheduleCheckPendingRequests();
    const timer = fake.throttleCheckTimeoutId;
    expect(timer).not.toBe(null);
    fake.scheduleCheckPendingRequests();
    expect(fake.throttleCheckTimeoutId).toBe(timer);
    await checked;
    expect(fake.throttleCheckTimeoutId).toBe(null);
    process.emitWarning('the last of them', 'Marker');
    while (!warnings.includes('Marker')) await once(process, 'warning');
    process.off('warning', note);
    expect(warnings).toEqual(['Marker']);
  });

  it('waits out what the broker has asked it to', () => {
    const { fake } = queue(['a request'], Date.now() + 60_000);
    fake.scheduleCheckPendingRequests();
    expect(fake.throttleCheckTimeoutId).not.toBe(null);
    clearTimeout(fake.throttleCheckTimeoutId ?? undefined);
  });
});

function group(
  overrides: Partial<ConsumerGroupInternals> = {},
): ConsumerGroupInternals & { generationId: number } {
  return {
    generationId: 1,
    memberId: 'm',
    fetch: async () => [],
    joinAndSync: async () => undefined,
    ...overrides,
  } as ConsumerGroupInternals & { generationId: number };
}

describe('kafkajs’s joining of a group', () => {
  const refusing = (type: string, times: number) => {
    let tries = 0;
    const joinAndSync = async () => {
      tries += 1;
      if (tries <= times) throw Object.assign(new Error(type), { type });
    };
    const repaired = group({ joinAndSync });
    repairJoin(repaired, 0);
    return { repaired, tries: () => tries };
  };

  it.each(['GROUP_LOAD_IN_PROGRESS', 'GROUP_COORDINATOR_NOT_AVAILABLE'])(
    'waits while it hears %s',
    async (type) => {
      const { repaired, tries } = refusing(type, 5);
      await repaired.joinAndSync();
      expect(tries()).toBe(6);
    },
  );

  it('gives up on anything else at once, and on a group that is never loaded in the end', async () => {
    const other = refusing('GROUP_AUTHORIZATION_FAILED', 1);
    await expect(other.repaired.joinAndSync()).rejects.toThrow('GROUP_AUTHORIZATION_FAILED');
    expect(other.tries()).toBe(1);
    const never = refusing('GROUP_LOAD_IN_PROGRESS', Number.POSITIVE_INFINITY);
    await expect(never.repaired.joinAndSync()).rejects.toThrow('GROUP_LOAD_IN_PROGRESS');
  });
});

describe('batches of an older generation', () => {
  function repaired() {
    const handled: object[] = [];
    const batch = {};
    const joined: ConsumerGroupInternals & { generationId: number } = group({ fetch: async () => [batch] });
    const runner: RunnerInternals = { handleBatch: async (each) => void handled.push(each) };
    repairGenerations(joined, runner);
    return { joined, runner, handled, batch };
  }

  it('are handled while the generation lasts', async () => {
    const { joined, runner, handled, batch } = repaired();
    for (const each of await joined.fetch('1')) await runner.handleBatch(each);
    expect(handled).toEqual([batch]);
  });

  it('are dropped once the group was joined anew, also in a fetch, also where numbers begin again', async () => {
    const waiting = repaired();
    const batches = await waiting.joined.fetch('1');
    waiting.joined.generationId = 2;
    for (const each of batches) await waiting.runner.handleBatch(each);
    expect(waiting.handled).toEqual([]);

    const inFetch = repaired();
    const fetching = inFetch.joined.fetch('1');
    inFetch.joined.generationId = 2;
    for (const each of await fetching) await inFetch.runner.handleBatch(each);
    expect(inFetch.handled).toEqual([]);

    const renumbered = repaired();
    const old = await renumbered.joined.fetch('1');
    Object.assign(renumbered.joined, { memberId: 'another' });
    for (const each of old) await renumbered.runner.handleBatch(each);
    expect(renumbered.handled).toEqual([]);
  });
});
