import { type AuditLog, systemActor } from '../access/index.ts';
import type { LiveAttribution, LiveMoments } from '../attribute/index.ts';
import { canonicalJson } from '../canonical-json.ts';
import type { ExperimentPlan } from '../catalogue/index.ts';
import { AppError } from '../errors.ts';
import type { DecideInput, Decision, Look, TreatmentState } from '../ruling/index.ts';
import { type Decided, decide, stateOf } from '../ruling/index.ts';
import type { Postgres, PostgresRunner } from '../stores/postgres/index.ts';
import type { AssignmentOverlaps } from './assignment-overlaps.ts';
import type { DecisionFeed } from './decision-feed.ts';
import type { DecisionLog, NewDecision } from './decision-log.ts';
import { addGrants, isSuperseded, lockStates, type StoredState, saveStates } from './decision-states.ts';
import { addStops, type Stop, stopOf } from './decision-stops.ts';
import { changesBy, type Evaluation } from './evaluation.ts';
import { vouchedThrough } from './heartbeats.ts';
import { decideInput, resourceOf, treatmentsOf } from './plan-input.ts';
import { figuresOf, type Reading, readingOf } from './reading.ts';
import { takeLook } from './take-look.ts';

export interface DeciderOptions {
  readonly postgres: Postgres;
  readonly catalogue: {
    plan(experiment: string): Promise<ExperimentPlan>;
    runningPlans(now: Date, keys: readonly string[]): Promise<readonly ExperimentPlan[]>;
  };
  readonly live: Pick<LiveMoments, 'read' | 'readMany'>;
  readonly log: DecisionLog;
  readonly feed: Pick<DecisionFeed, 'announce' | 'heartbeat'>;
  readonly audit: AuditLog;
  readonly now: () => Date;
  /** The version of this package. */
  readonly engineVersion: string;
  /** What warnings there are of flags that are not assigned independently. */
  readonly overlaps?: Pick<AssignmentOverlaps, 'of'>;
  /** Told of treatments that were stopped, once that is kept. */
  readonly stopped?: (stop: Stop) => void;
}

/** What is changed of a state before it is decided anew; with whatever else belongs to the same transaction. */
export type Amend = (
  transaction: PostgresRunner,
  state: TreatmentState,
  now: Date,
) => Promise<TreatmentState>;

/** What a transaction has decided. */
interface Kept {
  readonly decided: readonly DecidedOne[];
  readonly stops: readonly Stop[];
}

interface DecidedOne {
  readonly input: DecideInput;
  readonly result: Decided;
  readonly before: StoredState;
  /** Numbered. */
  readonly document: Decision;
}

/** Experiments remembered; those that are forgotten are decided once more than they need. */
const MOST_SEEN = 50_000;
/** Where another experiment has the flag it is looked so often whether it still has. */
const SUPERSEDED_MS = 1000;

/** Decides on experiments: loads what is known, calls {@link decide}, saves, and tells who waits. */
export class Decider {
  readonly #options: DeciderOptions;
  /** What each was decided from last. */
  readonly #seen = new Map<string, string>();

  constructor(options: DeciderOptions) {
    this.#options = options;
  }

  /** What there is to be known of many experiments, in few questions, for {@link evaluate}; absent where it has to ask itself. */
  async readAhead(experiments: readonly string[]): Promise<Map<string, Reading>> {
    const { catalogue, live, now } = this.#options;
    const plans = await catalogue.runningPlans(now(), experiments);
    const found = new Map<string, LiveAttribution>();
    for await (const one of live.readMany(plans.map(({ key }) => key))) found.set(one.experiment, one);
    const readings = plans.map((plan) => this.#reading(plan, found.get(plan.key) ?? null));
    return new Map((await Promise.all(readings)).map((reading) => [reading.plan.key, reading]));
  }

  /**
   * Decides on every treatment of an experiment against control; the current decisions are none where another one has the
   * flag by now. Whatever is decided is kept together with what is remembered, in one transaction: a process that dies in
   * between has decided nothing.
   * @param ahead what {@link readAhead} has read
   * @throws AppError as catalogue and stores do
   */
  async evaluate(experiment: string, ahead?: Reading): Promise<Evaluation> {
    const { postgres } = this.#options;
    const reading = ahead ?? (await this.#read(experiment));
    const { plan } = reading;
    if (plan.guardrails.length === 0) return evaluationOf(reading, [], []);
    const kept = await postgres.transaction(async (transaction) => {
      const treatments = treatmentsOf(plan);
      const stored = await lockStates(transaction, plan, treatments, plan.key);
      // An old plan must not take what is remembered of its successor for its own, and so forget it.
      if (await isSuperseded(transaction, plan, this.#options.now())) return null;
      return this.#decide(transaction, reading, stored);
    });
    if (this.#seen.size >= MOST_SEEN) this.#seen.clear();
    this.#seen.set(experiment, figuresOf(reading));
    if (kept === null)
      return { ...evaluationOf(reading, [], []), dueAt: this.#options.now().getTime() + SUPERSEDED_MS };
    return evaluationOf(reading, kept.decided, this.#told(plan.environment, kept));
  }

  /** The same by the last looks alone, where the moments cannot be read: what is too old is told. */
  async age(experiment: string): Promise<Evaluation> {
    const plan = await this.#options.catalogue.plan(experiment);
    const reading = await this.#reading(plan, null);
    return this.evaluate(experiment, { ...reading, noLook: 'its moments cannot be read' });
  }

  /**
   * Says of the treatments of an experiment that nobody watches them any more: a verdict that somebody has to vouch for
   * becomes stale; what was stopped, and what a person has said, stays. Gives the current decisions.
   * @throws AppError as catalogue and stores do
   */
  async end(experiment: string): Promise<readonly Decision[]> {
    const plan = await this.#options.catalogue.plan(experiment);
    const reading = { ...(await this.#reading(plan, null)), noLook: null };
    const kept = await this.#options.postgres.transaction(async (transaction) => {
      const stored = await lockStates(transaction, plan, treatmentsOf(plan), plan.key);
      // Another experiment on the flag may watch by now.
      const own = stored.filter(({ experiment, state }) => experiment === plan.key && state !== null);
      const ended = `Experiment "${plan.key}" does not run any more, or has no guardrails, so nobody watches.`;
      return this.#decide(transaction, reading, own, { ended });
    });
    this.#seen.delete(experiment);
    return this.#told(plan.environment, kept);
  }

  /** Whether these are the figures that were decided from last: other conversions of its metrics' names touch it too. */
  hasSeen(reading: Reading): boolean {
    return this.#seen.get(reading.plan.key) === figuresOf(reading);
  }

  /** The same for one treatment, after its state was changed. @throws AppError `conflict` where another experiment has the state by now. */
  async amend(experiment: string, treatment: string, change: Amend): Promise<Decision> {
    const { postgres } = this.#options;
    const reading = await this.#read(experiment);
    const { plan } = reading;
    const kept = await postgres.transaction(async (transaction) => {
      const stored = await lockStates(transaction, plan, [treatment], plan.key);
      if (stored.some((one) => one.experiment !== plan.key))
        throw new AppError(
          'conflict',
          `Flag "${plan.flag}" has just been handed to another experiment; read the decision and ask again.`,
        );
      return this.#decide(transaction, reading, stored, { change });
    });
    const [decision] = this.#told(plan.environment, kept);
    if (decision === undefined)
      throw new AppError(
        'internal',
        `Nothing was decided on "${treatment}" of "${experiment}"; look at the log.`,
      );
    return decision;
  }

  async #read(experiment: string): Promise<Reading> {
    const plan = await this.#options.catalogue.plan(experiment);
    return this.#reading(plan, await this.#options.live.read(experiment));
  }

  async #reading(plan: ExperimentPlan, live: LiveAttribution | null): Promise<Reading> {
    const now = this.#options.now();
    const epoch = plan.epochs.filter(({ effectiveAt }) => effectiveAt <= now).at(-1)?.number ?? 0;
    const overlaps = (await this.#options.overlaps?.of(plan.key, epoch)) ?? [];
    return { ...readingOf(plan, live), overlaps };
  }

  async #decide(
    transaction: PostgresRunner,
    reading: Reading,
    stored: readonly StoredState[],
    { change, ended }: { readonly change?: Amend; readonly ended?: string } = {},
  ): Promise<Kept> {
    const { plan } = reading;
    const { log, now } = this.#options;
    const at = now();
    const decided: Omit<DecidedOne, 'document'>[] = [];
    for (const before of stored) {
      const input = this.#input(reading, before, at);
      const state = change === undefined ? input.state : await change(transaction, stateOf(input), at);
      const amended = { ...input, state, ...(ended === undefined ? {} : { ended }) };
      decided.push({ input: amended, result: decide(amended), before });
    }
    const fresh = decided.filter(({ result }) => result.changed);
    const appended = await log.appendWithin(
      transaction,
      plan.environment,
      fresh.map(({ input, result }): NewDecision => ({ document: result.document, evidence: input })),
    );
    const sequences = new Map(appended.map(({ treatment, sequence }) => [treatment, sequence]));
    const numbered = decided.map((one) => ({
      ...one,
      document: {
        ...one.result.document,
        sequence: sequences.get(one.before.treatment) ?? one.before.sequence ?? 0,
      },
    }));
    const due = numbered.filter(isDue);
    await log.refresh(
      documentsOf(due).filter(({ treatment }) => !sequences.has(treatment)),
      transaction,
    );
    await saveStates(
      transaction,
      plan,
      due.map((one) => ({
        ...{ treatment: one.before.treatment, experiment: plan.key, sequence: one.document.sequence },
        ...{ state: one.result.state, look: one.input.look, ended: hasEnded(one) },
        spokenUntil: spokenUntil(one),
      })),
    );
    for (const one of decided) await this.#record(transaction, one, at);
    for (const { before, result } of decided)
      await addGrants(transaction, { experiment: plan.key, treatment: before.treatment }, result.grants);
    const stops = numbered.flatMap(
      ({ before, result, document }) => stopOf(before.state, result, document) ?? [],
    );
    await addStops(transaction, stops);
    return { decided: numbered, stops };
  }

  #input({ plan, live, noLook, overlaps }: Reading, stored: StoredState, now: Date): DecideInput {
    const { treatment, state } = stored;
    const own = stored.experiment === plan.key;
    // Who has looked ahead of a cycle may have died before that ended: what was seen is not unseen.
    const isBehind =
      own &&
      stored.look !== null &&
      live !== null &&
      stored.look.dataThrough > live.dataThrough.toISOString();
    const newest = live === null || isBehind ? null : takeLook(plan, live, treatment, now);
    return decideInput(plan, {
      ...{ engineVersion: this.#options.engineVersion, treatment, noLook, state, now },
      look: newest ?? (own ? this.#lastLook(plan, stored) : null),
      overlaps,
    });
  }

  /** It said the same for as long as heartbeats say so. */
  #lastLook(
    { environment, flag }: ExperimentPlan,
    { look, sequence }: Pick<StoredState, 'look' | 'sequence'>,
  ): Look | null {
    const through = vouchedThrough(this.#options.feed.heartbeat(environment), { flag, sequence });
    return look === null || through === null || through <= look.dataThrough
      ? look
      : { ...look, dataThrough: through };
  }

  /** What changes what is to be done is in the audit log, whoever changed it. */
  async #record(
    transaction: PostgresRunner,
    { input, result, before }: Omit<DecidedOne, 'document'>,
    at: Date,
  ): Promise<void> {
    const last = before.state?.last ?? null;
    const { id, verdict, action, reasons } = result.document;
    if (last?.verdict === verdict && last.action === action) return;
    await this.#options.audit.record(transaction, {
      ...{ at, actor: systemActor('decide'), action: 'decide', resource: resourceOf(input) },
      before: last && { id: last.id, verdict: last.verdict, action: last.action },
      after: { id, verdict, action },
      why: (reasons[0] ?? '').slice(0, 2000),
    });
  }

  #told(environment: string, { decided, stops }: Kept): readonly Decision[] {
    const documents = documentsOf(decided);
    const last = Math.max(0, ...documents.map(({ sequence }) => sequence));
    if (last > 0) this.#options.feed.announce(environment, last);
    for (const stop of stops) this.#options.stopped?.(stop);
    return documents;
  }
}

function evaluationOf(
  { plan, live }: Reading,
  decided: readonly DecidedOne[],
  decisions: readonly Decision[],
): Evaluation {
  const { validForSeconds, staleAfterSeconds } = plan.decisions;
  const policy = { validForSeconds, staleAfterSeconds };
  return { decisions, looked: live !== null, dueAt: changesBy(plan, decided), policy };
}

const documentsOf = (decided: readonly DecidedOne[]): Decision[] => decided.map(({ document }) => document);

/** Whether there is anything to be written: a decision, or newer figures. Heartbeats renew what only goes on. */
function isDue(one: DecidedOne): boolean {
  const { input, result, before } = one;
  if (result.changed || before.state === null || before.ended !== hasEnded(one)) return true;
  if (before.spokenUntil !== spokenUntil(one)) return true;
  const figures = (look: Look | null) => canonicalJson(look?.epochs ?? null);
  return figures(input.look) !== figures(before.look);
}

/** Nothing more is to be told of it, unless a person's word ends. */
function hasEnded({ input }: DecidedOne): boolean {
  return input.ended !== undefined;
}

function spokenUntil({ result: { state } }: DecidedOne): string | null {
  const times = [state.override, ...state.dismissals].flatMap((one) => (one === null ? [] : [one.until]));
  return times.sort((a, b) => Date.parse(a) - Date.parse(b))[0] ?? null;
}
