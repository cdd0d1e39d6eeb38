import type { Watched } from './decision-states.ts';
import type { Evaluation } from './evaluation.ts';
import type { Beat } from './heartbeats.ts';

/** An experiment that is to be decided on. */
export interface Guarded extends Watched {
  /** Another one is another definition, or another epoch. */
  readonly revision: number;
}

interface Known extends Guarded {
  /** It has to be decided on whatever its figures are: it is new here, was changed, or could not be decided on. */
  pending: boolean;
  /** Its figures may have changed. */
  touched: boolean;
  /** Time calls for another decision of the same figures. */
  timely: boolean;
  /** When its figures alone may make another decision, in ms of the clock; null: never. */
  dueAt: number | null;
  /** Its decisions rest on the newest data; else they are as old as their last look. */
  looked: boolean;
  staleAfterMs: number;
  validForSeconds: number;
  /** What good news rests on, in ms of the clock; null: there is none. */
  youngOf: number | null;
  /** What a decision rests on that is stale for its age; null: none is. */
  agedOf: number | null;
}

/** An environment in which so many flags would have to be excepted is not spoken of at all. */
const MOST_EXCEPTED = 1000;
/** Where nothing says how long decisions are valid: as an experiment has it by default. */
const VALID_SECONDS = 30;

/** What a process knows of the experiments it decides on: which are due, and which a heartbeat may speak of. */
export class WatchedExperiments {
  readonly #known = new Map<string, Known>();

  /** These are to be decided on; gives whether one is missing that was before. */
  follow(listed: readonly Guarded[]): boolean {
    const keys = new Set(listed.map(({ key }) => key));
    let missing = false;
    for (const key of this.#known.keys()) {
      if (keys.has(key)) continue;
      missing = true;
      this.#known.delete(key);
    }
    for (const one of listed) {
      const known = this.#known.get(one.key);
      if (known !== undefined && known.revision === one.revision) continue;
      const young = { youngOf: known?.youngOf ?? null, agedOf: known?.agedOf ?? null };
      const pending = { pending: true, touched: false, timely: false, dueAt: null };
      const { staleAfterMs = 0, validForSeconds = VALID_SECONDS, looked = true } = known ?? {};
      this.#known.set(one.key, { ...one, ...young, ...pending, staleAfterMs, validForSeconds, looked });
    }
    return missing;
  }

  /** The moments of these have changed; gives those of them that are decided on. */
  touch(experiments: Iterable<string>): string[] {
    return [...experiments].filter((key) => {
      const known = this.#known.get(key);
      if (known !== undefined) known.touched = true;
      return known !== undefined;
    });
  }

  /** It has to be decided on; gives whether it is one of these. */
  ask(experiment: string): boolean {
    const known = this.#known.get(experiment);
    if (known !== undefined) known.pending = true;
    return known !== undefined;
  }

  /** What has to be decided on now: what is pending, and what time changes. `throughOf`: untouched up to when, in ms. */
  due(now: Date, throughOf: (environment: string) => number | null): string[] {
    const nowMs = now.getTime();
    const throughs = new Map([...this.environments()].map((name) => [name, throughOf(name)]));
    for (const one of this.#known.values())
      one.timely =
        (one.dueAt !== null && one.dueAt <= nowMs) ||
        changesByAge(one, nowMs, throughs.get(one.environment) ?? null);
    const due = [...this.#known.values()].filter((one) => one.pending || one.touched || one.timely);
    return due.map(({ key }) => key);
  }

  /** Whether it need not be decided on where its figures are the same. */
  isOnlyTouched(experiment: string): boolean {
    const known = this.#known.get(experiment);
    return known !== undefined && !known.pending && !known.timely;
  }

  /** What touched it has changed nothing that it is decided from. */
  same(experiment: string): void {
    const known = this.#known.get(experiment);
    if (known !== undefined) known.touched = false;
  }

  /** It is tried again, after the others; what is received from now on is not in its decisions. */
  failed(experiment: string, throughOf: (environment: string) => number | null): void {
    const known = this.#known.get(experiment);
    if (known === undefined) return;
    if (known.looked && known.youngOf !== null)
      known.youngOf = Math.max(known.youngOf, throughOf(known.environment) ?? known.youngOf);
    known.looked = false;
    known.pending = true;
    this.#known.delete(experiment);
    this.#known.set(experiment, known);
  }

  decided(experiment: string, evaluation: Evaluation, now: Date): void {
    const known = this.#known.get(experiment);
    if (known === undefined) return;
    known.pending = false;
    known.touched = false;
    this.#note(known, evaluation, now);
  }

  /** It was told that the decisions are too old; it has to be decided on all the same. */
  aged(experiment: string, evaluation: Evaluation, now: Date): void {
    const known = this.#known.get(experiment);
    if (known !== undefined) this.#note(known, evaluation, now);
  }

  /** Whether good news rests on data that is too old, of one that could not be decided on. */
  isTooOld(experiment: string, now: Date): boolean {
    const known = this.#known.get(experiment);
    return known !== undefined && changesByAge(known, now.getTime(), null);
  }

  environments(): Set<string> {
    return new Set([...this.#known.values()].map(({ environment }) => environment));
  }

  /** What may be said of these environments' decisions. `knows`: of everything received it was told what it touched. */
  beats(
    environments: Iterable<string>,
    { knows, ending }: { readonly knows: boolean; readonly ending: readonly Watched[] },
  ): Beat[] {
    const byEnvironment = Map.groupBy(this.#known.values(), ({ environment }) => environment);
    return [...environments].flatMap((environment) => {
      const all = byEnvironment.get(environment) ?? [];
      const untold = all.filter(
        ({ pending, touched, looked, youngOf }) => pending || touched || (!looked && youngOf !== null),
      );
      const ended = ending.filter((one) => one.environment === environment);
      const excepted = knows ? [...new Set([...untold, ...ended].map(({ flag }) => flag))] : [];
      const seconds = all.map(({ validForSeconds }) => validForSeconds);
      const shortest = seconds.length === 0 ? VALID_SECONDS : Math.min(...seconds);
      return excepted.length > MOST_EXCEPTED ? [] : [{ environment, excepted, shortest }];
    });
  }

  #note(known: Known, { decisions, looked, dueAt, policy }: Evaluation, now: Date): void {
    known.dueAt = dueAt;
    known.looked = looked;
    known.validForSeconds = policy.validForSeconds;
    known.staleAfterMs = policy.staleAfterSeconds * 1000;
    const moments = (young: boolean) =>
      decisions.flatMap(({ dataThrough, renewal }) =>
        dataThrough === null || (renewal?.dataSeconds !== null) !== young ? [] : [Date.parse(dataThrough)],
      );
    const [young, others] = [moments(true), moments(false)];
    known.youngOf = young.length === 0 ? null : Math.min(...young);
    const aged = others.filter((through) => now.getTime() - through > known.staleAfterMs);
    known.agedOf = aged.length === 0 ? null : Math.min(...aged);
  }
}

/** Good news that has grown too old, or data again where it was missed. */
function changesByAge(
  { looked, youngOf, agedOf, staleAfterMs }: Known,
  now: number,
  through: number | null,
): boolean {
  const newest = looked ? through : null;
  if (youngOf !== null && now - Math.max(youngOf, newest ?? youngOf) > staleAfterMs) return true;
  return agedOf !== null && through !== null && through > agedOf && now - through <= staleAfterMs;
}
