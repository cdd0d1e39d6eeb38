import type { Decision } from '../ruling/index.ts';
import { type Absence, type Subject, whyUndecided } from './absence.ts';
import { type Answer, answerOf } from './decision-answer.ts';
import type { DecisionFeed } from './decision-feed.ts';
import type { DecisionLog } from './decision-log.ts';
import { renewedBy } from './heartbeats.ts';
import { KeptDecisions, type KeptDecisionsOptions } from './kept-decisions.ts';

/** Why nothing is decided is looked for so often at most, and so is whether something that has expired was renewed. */
const AGAIN_MS = 250;
/** An answer is the same for so long a part of the time for which heartbeats renew it. */
const RENEWALS = 3;

/** An answer, and for which moments it is the right one, in ms of the clock. */
interface Made extends Answer {
  readonly of: Decision | null;
  readonly from: number;
  readonly until: number;
}

export interface DecisionReaderOptions {
  readonly log: Pick<DecisionLog, 'current' | 'changedSince'>;
  readonly feed: Pick<DecisionFeed, 'listen' | 'onLook' | 'progress' | 'heartbeat'>;
  readonly absence: (subject: Subject) => Promise<Absence | undefined>;
  readonly now: () => Date;
  /** See {@link KeptDecisions}. */
  readonly caughtUp?: KeptDecisionsOptions['caughtUp'];
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

  /** The same as it is sent. Never beyond its time, nor, without `caughtUp`, older than the feed has told of. */
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

  async #undecided(subject: Subject): Promise<Decision> {
    const { environment, flag, treatment } = subject;
    const row = await this.#options.absence(subject);
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
        reasons: [whyUndecided(subject, row)],
      },
    };
  }
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
