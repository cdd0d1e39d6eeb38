import { hasType } from './kafka-error.ts';
import type { ConsumerGroupInternals, RequestQueueInternals, RunnerInternals } from './kafkajs-internals.ts';

/** kafkajs's own interval for requests that wait for others to be answered, in milliseconds. */
const CHECK_PENDING_MS = 10;

/**
 * After each answer kafkajs 2.2.4 sets a timer that looks for waiting requests, also when none waits, in the past
 * (`-1 - now`): a loop of one turn per millisecond, and a TimeoutNegativeWarning on Node 24 (its issues 1704, 1751).
 * Mended: a timer only where something waits, and never in the past.
 */
export function repairRequestQueue(queue: RequestQueueInternals): void {
  queue.scheduleCheckPendingRequests = function (this: RequestQueueInternals) {
    if (this.throttleCheckTimeoutId !== null || this.pending.length === 0) return;
    const throttledMs = this.throttledUntil - Date.now();
    this.throttleCheckTimeoutId = setTimeout(
      () => {
        this.throttleCheckTimeoutId = null;
        this.checkPendingRequests();
      },
      throttledMs > 0 ? throttledMs : CHECK_PENDING_MS,
    );
  };
}

/** What a coordinator says that has only just begun to be one, as after a broker's start. */
const LOADING = ['GROUP_LOAD_IN_PROGRESS', 'GROUP_COORDINATOR_NOT_AVAILABLE'] as const;
const LOADING_TRIES = 40;
const LOADING_PAUSE_MS = 250;

/** kafkajs 2.2.4 gives up a consumer for good where the group is still being loaded. Mended: it waits for that, up to 10 s. */
export function repairJoin(group: ConsumerGroupInternals, pauseMs = LOADING_PAUSE_MS): void {
  const { joinAndSync } = group;
  group.joinAndSync = async function (this: ConsumerGroupInternals) {
    for (let tries = 1; ; tries += 1) {
      try {
        return await joinAndSync.call(this);
      } catch (error) {
        if (tries === LOADING_TRIES || !LOADING.some((type) => hasType(error, type))) throw error;
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    }
  };
}

interface Origin {
  readonly group: ConsumerGroupInternals;
  readonly generationId: number | null;
  readonly memberId: string | null;
}

/**
 * kafkajs fetches from each broker by itself, and may join anew from within one such fetch (a leader moved, a topic
 * grew) while batches of the others still wait. It would hand them over in the new generation, whose reading starts at
 * the committed offset, and going on after them would skip what lies between. Mended: they are dropped and read again.
 */
export function repairGenerations(group: ConsumerGroupInternals, runner: RunnerInternals): void {
  const origins = new WeakMap<object, Origin>();
  const { fetch } = group;
  group.fetch = async function (this: ConsumerGroupInternals, nodeId: string) {
    const { generationId, memberId } = this;
    const batches = await fetch.call(this, nodeId);
    for (const batch of batches) origins.set(batch, { group: this, generationId, memberId });
    return batches;
  };
  const { handleBatch } = runner;
  runner.handleBatch = async function (this: RunnerInternals, batch: object) {
    const origin = origins.get(batch);
    const isCurrent =
      origin !== undefined &&
      origin.generationId === origin.group.generationId &&
      origin.memberId === origin.group.memberId;
    if (isCurrent) await handleBatch.call(this, batch);
  };
}
