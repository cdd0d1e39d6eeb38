import type { Decision } from '../ruling/index.ts';
import type { Postgres } from '../stores/postgres/index.ts';
import { loadSql } from '../stores/sql-file.ts';
import { type Answer, answerOf } from './decision-answer.ts';
import type { DecisionFeed } from './decision-feed.ts';
import type { DecisionLog } from './decision-log.ts';
import { renewedBy } from './heartbeats.ts';
import { KeptDecisions } from './kept-decisions.ts';

const ABSENCE = loadSql(new URL('./why-undecided.sql', import.meta.url));

/** Why nothing is decided is looked for so often at most, and so is whether something that has expired was renewed. */
const AGAIN_MS = 250;
/** An answer is the same for so long a part of the time for which heartbeats renew it. */
const RENEWALS = 3;

/** Which decision is asked for. */
export interface Subject {
  readonly environment: string;
  readonly flag: string;
  readonly treatment: string;
}

/** An answer, and for which moments it is the right one, in ms of the clock. */
interface Made extends Answer {
  readonly of: Decision | null;
  readonly from: number;
  readonly until: number;
}

export interface DecisionReaderOptions {
  readonly log: Pick<DecisionLog, 'current' | 'changedSince'>;
  readonly feed: Pick<DecisionFeed, 'listen' | 'onLook' | 'progress' | 'heartbeat'>;
  readonly postgres: Postgres;
  readonly now: () => Date;
}

/**
 * Current decisions as they are to be answered now: what has run out is stale, whoever was to renew it. They are kept, and
 * read again where the feed tells that they were written again; an answer is made once for all who ask for it meanwhile.
 */
export class DecisionReader {
  readonly #options: DecisionReaderOptions;
  readonly #kept: KeptDecisions<Made>;

  constructor(options: DecisionReaderOptions) {
    this.#options = options;
    this.#kept = new KeptDecisions(options);
  }

  /** Always a whole document, also of what nobody has ever heard of. */
  async read(subject: Subject): Promise<Decision> {
    return (await this.answer(subject)).decision;
  }

  /** The same as it is sent. Never one older than the feed has told of, nor beyond its time. */
  async answer(subject: Subject): Promise<Answer> {
    const kept = await this.#kept.get(subject);
    const now = this.#options.now();
    const ms = now.getTime();
    const made = kept.made;
    if (made !== null && made.of === kept.document && ms >= made.from && ms < made.until) return made;
    const { document } = kept;
    const decision =
      document === null
        ? await this.#undecided(subject)
        : asOf(renewedBy(document, this.#options.feed.heartbeat(subject.environment)), now);
    kept.made = { ...answerOf(decision), of: document, from: ms, until: holdsUntil(decision, ms) };
    return kept.made;
  }

  async #undecided({ environment, flag, treatment }: Subject): Promise<Decision> {
    const [row] = await this.#options.postgres.query<Absence>(ABSENCE, [environment, flag, treatment]);
    return {
      ...{ id: null, sequence: 0, environment, flag, treatment, experiment: row?.experiment ?? null },
      ...{ epoch: null, externalEpoch: null, verdict: 'stale', action: 'hold', gate: null, score: null },
      ...{ dataThrough: null, decidedAt: null, validUntil: null, renewal: null },
      units: { control: null, treatment: null, required: null },
      blastRadius: { units: null, harmed: null },
      sampleRatio: { status: 'unknown', p: null, sequentialP: null },
      ...{
        overlaps: [],
        override: null,
        guardrails: [],
        reasons: [whyUndecided({ environment, flag, treatment }, row)],
      },
    };
  }
}

interface Absence {
  readonly flag_exists: boolean;
  readonly experiment: string | null;
  readonly is_arm: boolean | null;
  readonly is_control: boolean | null;
  readonly guardrails: number | null;
}

function whyUndecided({ environment, flag, treatment }: Subject, row: Absence | undefined): string {
  if (row?.flag_exists !== true) return `There is no flag "${flag}" in environment "${environment}".`;
  const { experiment } = row;
  if (experiment === null)
    return `No experiment runs on flag "${flag}", and nothing was ever decided on ${treatment}; start one with guardrails, or declare the flag’s allocation, by which flag-wide ones watch it.`;
  if (row.is_control === true)
    return `"${treatment}" is the control of experiment "${experiment}"; ask for another variant.`;
  if (row.is_arm !== true) return `"${treatment}" is no arm of experiment "${experiment}".`;
  return row.guardrails === 0
    ? `Experiment "${experiment}" has no guardrails, so nothing is decided on it.`
    : `Nothing was decided on "${treatment}" of experiment "${experiment}" yet.`;
}

/** Until when the answer is the same if nothing is decided, in ms of the clock. */
function holdsUntil({ validUntil, renewal, sequence }: Decision, now: number): number {
  const until = Date.parse(validUntil ?? '');
  if (sequence === 0 || !(until > now)) return now + AGAIN_MS;
  return Math.min(until, now + ((renewal?.seconds ?? 0) * 1000) / RENEWALS);
}

/** A decision that nobody has renewed says nothing of now; only what was stopped stays stopped. */
function asOf(decision: Decision, now: Date): Decision {
  const { verdict, validUntil } = decision;
  const expired = validUntil !== null && Date.parse(validUntil) <= now.getTime();
  if (!expired || verdict === 'breach' || verdict === 'stale') return decision;
  const reason = `The decision was valid until ${validUntil} and was not renewed: its data is older than it may be, its experiment does not run any more, or nobody evaluates it.`;
  return {
    ...{ ...decision, verdict: 'stale', action: 'hold', score: null },
    reasons: [reason, ...decision.reasons],
  };
}
