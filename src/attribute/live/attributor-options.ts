import type { Logger } from 'pino';
import type { ExperimentPlan } from '../../catalogue/index.ts';
import type { ClickHouse, StatementLimits } from '../../stores/clickhouse/index.ts';
import type { Postgres } from '../../stores/postgres/index.ts';
import type { SliceSize } from '../slices.ts';
import type { LiveAttribution } from './live-moments.ts';

export interface AttributorOptions {
  readonly clickhouse: ClickHouse;
  readonly postgres: Postgres;
  readonly logger: Logger;
  /** Everything received up to it is in the raw tables, and nothing will be added later. */
  readonly watermark: () => Promise<Date>;
  /** The experiments that are to have live moments. */
  readonly plans: () => Promise<readonly ExperimentPlan[]>;
  /** Names this process; never used by another one. */
  readonly holder: string;
  /** Whether the stores are such that no other process can have them open. */
  readonly sole: boolean;
  /** Milliseconds of a monotonic clock. */
  readonly elapsed?: () => number;
  /** Told of each cycle that has ended. */
  readonly cycled?: (cycle: { readonly seconds: number; readonly rows: number }) => void;
  /** Told of experiments whose live moments are others than before, or may be. */
  readonly changed?: (experiments: readonly string[]) => void;
  /** Told up to when `changed` was told of everything; null where another process attributes, who tells it there. */
  readonly reached?: (through: Date | null) => void;
  /**
   * Told what the moments of guardrails' metrics are, and no others of these experiments, while a cycle is under way that
   * has not come so far; without it nobody looks ahead.
   */
  readonly ahead?: (attributions: readonly LiveAttribution[]) => void;
  /** Told how long (s) each look ahead took. */
  readonly looked?: (seconds: number) => void;
  /** How long a step is under way before anybody looks ahead of it, and how far apart looks are; 100 unless told. */
  readonly aheadAfterMs?: number;
  /** Of the new rows, how many may be looked at ahead, from 0 to 1; a twentieth for each core and at most half unless told. */
  readonly aheadShare?: number;
  readonly limits?: StatementLimits;
  readonly slice?: SliceSize;
  /** How often the plans are looked at for what has changed. */
  readonly reconcileEveryMs?: number;
  /** How often it is written down that nothing was received. */
  readonly passOverEveryMs?: number;
  /** About how many new rows one cycle takes at most; four million unless told. */
  readonly mostRows?: number;
  /** About how many of them are attributed at a time, so that memory is bounded; half a million unless told. */
  readonly rowsAtATime?: number;
  /** How far apart batches of units are erased at least; each costs seconds where tables are large. */
  readonly eraseEveryMs?: number;
  /** How long before the watermark a unit must have been asked for: clocks differ, and events may be on their way. */
  readonly eraseAfterMs?: number;
}
