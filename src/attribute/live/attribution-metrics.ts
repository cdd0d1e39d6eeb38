import type { Logger } from 'pino';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Postgres } from '../../stores/postgres/index.ts';
import { loadSql } from '../../stores/sql-file.ts';

const FIGURES = loadSql(new URL('./figures-of-builds.sql', import.meta.url));

interface Figures {
  readonly live: number;
  readonly building: number;
  readonly untrusted: number;
  readonly largest_difference: number | null;
  readonly unverified_seconds: number | null;
  readonly through_seconds: number;
  readonly erasures: number;
  readonly erasure_seconds: number | null;
}

/** What /metrics says of attribution: what this process did, how all builds are, and who waits to be erased. */
export class AttributionMetrics {
  readonly #cycles: Histogram;
  readonly #rows: Counter;
  readonly #looks: Histogram;

  constructor(
    registry: Registry,
    { postgres, logger }: { readonly postgres: Postgres; readonly logger: Logger },
  ) {
    const registers = [registry];
    this.#cycles = new Histogram({
      name: 'assay_attribution_cycle_seconds',
      help: 'How long a cycle took, from its intent to its end',
      buckets: [0.05, 0.1, 0.2, 0.4, 0.7, 1, 2, 4, 8, 15, 30, 60],
      registers,
    });
    this.#looks = new Histogram({
      name: 'assay_attribution_ahead_seconds',
      help: 'How long it took to find what guardrails are decided by ahead of a cycle',
      buckets: [0.02, 0.05, 0.1, 0.2, 0.4, 0.7, 1, 2, 4, 8],
      registers,
    });
    this.#rows = new Counter({
      name: 'assay_attribution_rows_total',
      help: 'New raw rows that cycles have covered, those of no experiment included',
      registers,
    });
    const gauge = (name: string, help: string) => new Gauge({ name: `assay_${name}`, help, registers });
    new Gauge({
      name: 'assay_attribution_builds',
      help: 'Builds by state; untrusted ones are among the live ones',
      labelNames: ['state'],
      registers,
      // One question for all gauges; absent where it cannot be asked, or all other figures would go with it.
      async collect() {
        const figures = await read(postgres).catch((error: unknown) => {
          logger.warn({ err: error }, 'the state of attribution could not be read');
          return null;
        });
        this.reset();
        for (const other of [difference, unverified, through, waiting, oldest]) other.reset();
        if (figures === null) return;
        this.set({ state: 'live' }, figures.live);
        this.set({ state: 'building' }, figures.building);
        this.set({ state: 'untrusted' }, figures.untrusted);
        if (figures.largest_difference !== null) difference.set(figures.largest_difference);
        if (figures.unverified_seconds !== null) unverified.set(figures.unverified_seconds);
        waiting.set(figures.erasures);
        oldest.set(figures.erasure_seconds ?? 0);
        if (figures.live > 0) through.set(figures.through_seconds);
      },
    });
    const difference = gauge(
      'attribution_largest_difference',
      'The largest relative difference that the last verifications found; above 1e-9 the moments are made anew',
    );
    const unverified = gauge(
      'attribution_unverified_seconds',
      'How long ago the build that waits longest was verified or made',
    );
    const through = gauge(
      'attribution_age_seconds',
      'How old what was received last is that is not in the live moments',
    );
    const waiting = gauge('erasures_waiting', 'Units that are to be erased and are not yet');
    const oldest = gauge(
      'erasures_oldest_seconds',
      'How long ago the erasure was asked for that waits longest',
    );
  }

  /** A look ahead of a cycle. */
  look(seconds: number): void {
    this.#looks.observe(seconds);
  }

  cycle({ seconds, rows }: { readonly seconds: number; readonly rows: number }): void {
    this.#cycles.observe(seconds);
    this.#rows.inc(rows);
  }
}

async function read(postgres: Postgres): Promise<Figures | null> {
  const [row] = await postgres.query<Figures>(FIGURES);
  return row ?? null;
}
