import { AppError } from '../errors.ts';
import type { PostgresRunner } from '../stores/postgres/index.ts';
import { loadSql } from '../stores/sql-file.ts';
import type { Arm, ExperimentDefinition } from './experiment.ts';
import type { EpochView, OpenEpoch } from './experiment-view.ts';
import { invalid, pointerOf } from './field-errors.ts';

const insertSql = loadSql(new URL('./insert-epoch.sql', import.meta.url));
const listSql = loadSql(new URL('./list-epochs.sql', import.meta.url));

interface Row {
  readonly number: number;
  readonly arms: EpochView['arms'];
  readonly targeting: EpochView['targeting'];
  readonly effective_at: Date;
  readonly external_id: string | null;
  readonly flag_version: string | null;
  readonly opened_at: Date;
}

const toView = (row: Row): EpochView => ({
  number: row.number,
  arms: row.arms.map(({ variant, weight }) => ({ variant, weight })),
  targeting: row.targeting,
  effectiveAt: row.effective_at.toISOString(),
  externalId: row.external_id,
  flagVersion: row.flag_version,
  openedAt: row.opened_at.toISOString(),
});

export type NewEpoch = Omit<EpochView, 'number' | 'openedAt'>;

/** In their order. */
export async function listEpochs(runner: PostgresRunner, experiment: string): Promise<EpochView[]> {
  return (await runner.query<Row>(listSql, [experiment])).map(toView);
}

/** The arms that a request to open an epoch asks for. @throws AppError `unprocessable` for weights of other variants, or of none. */
export function armsOf(request: OpenEpoch, current: readonly Arm[]): Arm[] {
  const { weights } = request;
  if (weights === undefined) return [...(request.arms ?? current)];
  if (request.arms !== undefined)
    throw invalid([{ pointer: '/weights', detail: 'says the same as `arms`; send one of them' }]);
  const variants = current.map((arm) => arm.variant);
  const wrong = [
    ...Object.keys(weights).filter((variant) => !variants.includes(variant)),
    ...variants.filter((variant) => weights[variant] === undefined),
  ];
  if (wrong.length > 0)
    throw invalid(
      wrong.map((variant) => ({
        pointer: pointerOf(['weights', variant]),
        detail: `give exactly the experiment’s variants their weights: ${variants.join(', ')}`,
      })),
    );
  return current.map(({ variant }) => ({ variant, weight: weights[variant] ?? 0 }));
}

/** A mistyped year must not freeze the weights until then. */
const MAX_AHEAD_MS = 24 * 3_600_000;

/** Opens the next epoch of an experiment. @throws AppError `conflict` where it would rewrite history, or never take effect. */
export async function insertEpoch(
  transaction: PostgresRunner,
  { key, end }: Pick<ExperimentDefinition, 'key' | 'end'>,
  epoch: NewEpoch,
  now: Date,
): Promise<{ before: EpochView | null; after: EpochView }> {
  const epochs = await listEpochs(transaction, key);
  const last = epochs.at(-1) ?? null;
  requireNewEpoch(epochs, last, epoch, end, now);
  const number = (last?.number ?? 0) + 1;
  await transaction.query(insertSql, [
    key,
    number,
    JSON.stringify(epoch.arms),
    JSON.stringify(epoch.targeting),
    epoch.effectiveAt,
    epoch.externalId,
    epoch.flagVersion,
    now,
  ]);
  return { before: last, after: { number, ...epoch, openedAt: now.toISOString() } };
}

function requireNewEpoch(
  epochs: readonly EpochView[],
  last: EpochView | null,
  epoch: NewEpoch,
  end: string | null,
  now: Date,
): void {
  const refuse = (sentence: string, pointer: string, detail: string) =>
    new AppError('conflict', sentence, { fields: [{ pointer, detail }] });
  if (last !== null && Date.parse(epoch.effectiveAt) <= Date.parse(last.effectiveAt))
    throw refuse(
      `Epoch ${last.number} takes effect at ${last.effectiveAt}, and a new one must come after it: history is not rewritten.`,
      '/effectiveAt',
      `must be after ${last.effectiveAt}`,
    );
  if (Date.parse(epoch.effectiveAt) > now.getTime() + MAX_AHEAD_MS)
    throw refuse(
      'An epoch may be announced at most a day ahead, for none can take effect before it and none can be taken back; announce it later.',
      '/effectiveAt',
      `must be before ${new Date(now.getTime() + MAX_AHEAD_MS).toISOString()}`,
    );
  if (last !== null && end !== null && Date.parse(epoch.effectiveAt) >= Date.parse(end))
    throw refuse(
      `The experiment ends at ${end}, so an epoch from ${epoch.effectiveAt} would never take effect; move its end first.`,
      '/effectiveAt',
      `must be before ${end}`,
    );
  for (const field of ['externalId', 'flagVersion'] as const) {
    const taken = epoch[field] !== null && epochs.find((earlier) => earlier[field] === epoch[field]);
    if (taken)
      throw refuse(
        `Epoch ${taken.number} has the ${field} "${epoch[field]}" already, so it could not tell them apart; choose another.`,
        `/${field}`,
        `is that of epoch ${taken.number}`,
      );
  }
}
