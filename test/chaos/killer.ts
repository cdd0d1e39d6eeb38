import { setTimeout as timeout } from 'node:timers/promises';
import type { Exit, Victim, VictimKind } from './victims.ts';

export type Action = 'kill' | 'pause' | 'terminate';

/** How often each kind is chosen, in relation to the others. */
const WEIGHTS: Readonly<Record<VictimKind, number>> = {
  ingester: 3,
  collector: 2.5,
  producer: 1,
  engine: 1.5,
  broker: 1,
  postgres: 0.5,
};
const STORES: ReadonlySet<VictimKind> = new Set(['engine', 'broker', 'postgres']);
/** With more of them away at once nothing goes on, and nothing is left to be interrupted. */
const HARMED_AT_ONCE = 3;
const LONGEST_AIM_MS = 3000;
const LOOK_MS = 10;

/** One thing that was done to one process. */
export interface Deed {
  readonly victim: string;
  readonly kind: VictimKind;
  readonly action: Action;
  /** Of a kill: ranges or batches that the process, or all of them for a store, had begun and not finished; null: not known. */
  readonly left: number | null;
  /** Of a pause, in milliseconds. */
  readonly pauseMs: number | null;
  readonly exit: Exit | null;
}

export interface KillerOptions {
  readonly victims: readonly Victim[];
  readonly random: () => number;
  readonly forMs: number;
  /** What a process has begun and not finished; null where that cannot be asked. */
  readonly inFlight: (victim: Victim, pid: number | undefined) => Promise<number | null>;
  readonly onDeed: (deed: Deed) => void;
}

/** What is to be done to a victim, all drawn beforehand: a seed gives the same plan whatever takes how long. */
interface Plan {
  readonly action: Action;
  readonly pauseMs: number;
  readonly downMs: number;
  /** Whether to wait for a moment at which something is in flight. */
  readonly aimed: boolean;
}

/**
 * Harms processes for so long, one every one to three seconds, several at once but never two stores; resolves when all
 * are up again.
 */
export async function harm(options: KillerOptions): Promise<void> {
  const { victims, random, forMs, onDeed } = options;
  const busy = new Map<Victim, Promise<void>>();
  const until = performance.now() + forMs;
  const failures: unknown[] = [];
  while (performance.now() < until && failures.length === 0) {
    const storeIsAway = [...busy.keys()].some(({ kind }) => STORES.has(kind));
    const free = victims.filter((victim) => !busy.has(victim) && !(storeIsAway && STORES.has(victim.kind)));
    const victim = choose(free, random());
    const plan = planFor(victim, random);
    if (victim !== undefined && busy.size < HARMED_AT_ONCE) {
      const work = act(victim, plan, options.inFlight)
        .then(onDeed)
        .catch((error: unknown) => void failures.push(error))
        .finally(() => busy.delete(victim));
      busy.set(victim, work);
    }
    await timeout(1000 + random() * 2000);
  }
  await Promise.all(busy.values());
  if (failures.length > 0) throw failures[0];
}

function choose(victims: readonly Victim[], random: number): Victim | undefined {
  const total = victims.reduce((sum, { kind }) => sum + WEIGHTS[kind], 0);
  let at = random * total;
  return victims.find(({ kind }) => {
    at -= WEIGHTS[kind];
    return at < 0;
  });
}

function planFor(victim: Victim | undefined, random: () => number): Plan {
  const [what, pause, tooLong, down, aim] = [random(), random(), random(), random(), random()];
  const canPause = victim !== undefined && victim.pausing !== null;
  const canEnd = victim !== undefined && victim.terminate !== null;
  return {
    action: what < 0.25 && canPause ? 'pause' : what < 0.35 && canEnd ? 'terminate' : 'kill',
    // An ingester that sleeps for longer than its session has been replaced when it wakes in the middle of a range.
    pauseMs: victim?.kind === 'ingester' && tooLong < 0.3 ? 16_000 + pause * 4000 : 500 + pause * 7500,
    downMs: down * 2000,
    aimed: aim < 0.7,
  };
}

async function act(victim: Victim, plan: Plan, inFlight: KillerOptions['inFlight']): Promise<Deed> {
  const { action, pauseMs, downMs } = plan;
  const deed = { victim: victim.name, kind: victim.kind, action, left: null, pauseMs: null, exit: null };
  if (action === 'terminate' && victim.terminate !== null) {
    const exit = await victim.terminate();
    await victim.start();
    return { ...deed, exit };
  }
  const pid = victim.pid();
  const ask = () => inFlight(victim, pid).catch(() => null);
  const aimUntil = performance.now() + (plan.aimed ? LONGEST_AIM_MS : 0);
  while (performance.now() < aimUntil && (await ask()) === 0) await timeout(LOOK_MS);
  if (action === 'pause') {
    victim.pausing?.pause();
    await timeout(pauseMs);
    victim.pausing?.resume();
    return { ...deed, pauseMs };
  }
  await victim.kill();
  // Nobody else can have taken over what it left yet.
  const lost = victim.kind === 'postgres' ? null : await ask();
  await timeout(downMs);
  await victim.start();
  return { ...deed, left: victim.kind === 'postgres' ? await ask() : lost };
}
