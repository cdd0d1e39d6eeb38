import { hasType, isKickedOut } from './kafka-error.ts';

/** How often the group is told again that a member lives while it waits for that member to join anew. */
const REBALANCE_BEAT_MS = 500;

/** What a consumer knows of its place in the group; times are of a monotonic clock, in milliseconds. */
export class Membership {
  readonly #sessionTimeoutMs: number;
  readonly #now: () => number;
  #generation = 0;
  #rejoin: unknown = null;
  #lost = false;
  #contactAt: number;
  #aliveAt: number;
  #beatAt = Number.NEGATIVE_INFINITY;

  constructor(sessionTimeoutMs: number, now: () => number = () => performance.now()) {
    this.#sessionTimeoutMs = sessionTimeoutMs;
    this.#now = now;
    this.#contactAt = now();
    this.#aliveAt = now();
  }

  /** Counts the assignments of partitions. */
  get generation(): number {
    return this.#generation;
  }

  /** Why the group has to be joined anew, which kafkajs does when it is thrown to it; null while it need not be. */
  get rejoin(): unknown {
    return this.#rejoin;
  }

  /** How long nothing has gone well: no heartbeat, no commit, no batch. */
  get silentMs(): number {
    return this.#now() - this.#aliveAt;
  }

  joined(): void {
    this.#generation += 1;
    this.#rejoin = null;
    this.#lost = false;
    this.#contactAt = this.#now();
  }

  /** The group has counted this consumer among its members. */
  heard(): void {
    this.#contactAt = this.#now();
    this.#aliveAt = this.#contactAt;
  }

  /** The consumer has done something, whatever the group thinks of it. */
  worked(): void {
    this.#aliveAt = this.#now();
  }

  /** A heartbeat or a commit was answered with an error that asks for joining anew. */
  refused(error: unknown): void {
    this.#rejoin ??= error;
    if (isKickedOut(error)) this.#lost = true;
    else if (hasType(error, 'REBALANCE_IN_PROGRESS')) this.heard();
  }

  /** It is over; what is still under way is stale. */
  left(): void {
    this.#lost = true;
  }

  /** Whether a heartbeat is due; kafkajs spaces out those that go well, not those that tell of a rebalance. */
  takeBeat(generation: number): boolean {
    if (generation !== this.#generation || this.#lost) return false;
    if (this.#rejoin !== null && this.#now() - this.#beatAt < REBALANCE_BEAT_MS) return false;
    this.#beatAt = this.#now();
    return true;
  }

  /** Whether partitions that were assigned in that generation may by now be another's. */
  isStale(generation: number): boolean {
    return (
      generation !== this.#generation || this.#lost || this.#now() - this.#contactAt > this.#sessionTimeoutMs
    );
  }
}
