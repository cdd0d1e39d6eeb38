import type { Decided, Decision, TreatmentState } from '../ruling/index.ts';
import type { PostgresRunner } from '../stores/postgres/index.ts';
import { loadSql } from '../stores/sql-file.ts';

const INSERT = loadSql(new URL('./insert-stops.sql', import.meta.url));

/** A treatment that was going on is stopped by this decision. */
export interface Stop {
  readonly environment: string;
  readonly flag: string;
  readonly treatment: string;
  readonly sequence: number;
  readonly decision: string;
  readonly decidedAt: string;
  /** The last event that the decision contains was received by then; null: it contains none. */
  readonly dataThrough: string | null;
  /** What stopped it, with since when there has been harm as far as the events tell; none where a person did. */
  readonly harm: readonly {
    readonly metric: string;
    readonly epoch: number;
    readonly began: string | null;
  }[];
}

const isStop = (action: Decision['action'] | undefined): boolean =>
  action === 'rollback' || action === 'pause';

/** null: it was stopped before, or is not stopped. */
export function stopOf(
  before: TreatmentState | null,
  { state }: Pick<Decided, 'state'>,
  document: Decision,
): Stop | null {
  const { environment, flag, treatment, sequence, id, decidedAt, dataThrough } = document;
  if (!isStop(document.action) || isStop(before?.last?.action) || id === null || decidedAt === null)
    return null;
  const broken = state.override === null ? (state.latch?.broken ?? []) : [];
  return {
    ...{ environment, flag, treatment, sequence, decision: id, decidedAt, dataThrough },
    harm: broken.map(({ metric, epoch, began }) => ({ metric, epoch, began: began ?? null })),
  };
}

/** Keeps them, in the transaction of their decisions. */
export async function addStops(transaction: PostgresRunner, stops: readonly Stop[]): Promise<void> {
  if (stops.length > 0) await transaction.query(INSERT, [JSON.stringify(stops)]);
}

/** When harm began, by what is known of it; null: the events do not tell. */
export function harmBegan({ harm }: Pick<Stop, 'harm'>): string | null {
  return harm.flatMap(({ began }) => began ?? []).sort()[0] ?? null;
}
