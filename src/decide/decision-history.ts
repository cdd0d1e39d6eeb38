import { z } from 'zod';
import { type Page, type PageQuery, positionOf, toPage } from '../access/index.ts';
import { AppError } from '../errors.ts';
import { Decision } from '../ruling/index.ts';
import type { Subject } from './absence.ts';
import type { DecisionLog } from './decision-log.ts';

const LIST = 'decisions';

export const DecisionEvidence = z
  .object({
    decision: Decision,
    evidence: z.unknown().describe('what it was computed from; `assay replay` computes it again'),
  })
  .meta({ id: 'DecisionEvidence' });
export type DecisionEvidence = z.infer<typeof DecisionEvidence>;

/** The decisions that were made. */
export class DecisionHistory {
  readonly #log: Pick<DecisionLog, 'history' | 'evidence'>;

  constructor(log: Pick<DecisionLog, 'history' | 'evidence'>) {
    this.#log = log;
  }

  /** Newest first. */
  async list(subject: Subject, query: PageQuery): Promise<Page<Decision>> {
    const position = positionOf(LIST, query);
    if (position !== null && !/^\d{1,15}$/.test(position))
      throw new AppError('bad-request', 'This cursor is not one of this list; begin again without it.');
    const before = position === null ? null : Number(position);
    const found = await this.#log.history(subject, before, query.limit + 1);
    return toPage(LIST, query, found, ({ sequence }) => String(sequence));
  }

  /** @throws AppError `not-found`. */
  async evidence(id: string): Promise<DecisionEvidence> {
    const found = await this.#log.evidence(id);
    if (found === null)
      throw new AppError(
        'not-found',
        `There is no decision "${id}"; the history of its treatment lists those there are.`,
      );
    return { decision: found.document, evidence: found.evidence };
  }
}
