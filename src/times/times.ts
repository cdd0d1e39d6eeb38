import type { Stop } from '../decide/index.ts';
import { AppError } from '../errors.ts';
import type { Postgres } from '../stores/postgres/index.ts';
import { loadSql } from '../stores/sql-file.ts';
import { type Subject, stopTimes, type ToldRow } from './assemble.ts';
import type { StopTimes } from './stop-times.ts';

const READ_STOP = loadSql(new URL('./read-stop.sql', import.meta.url));
const TOLD = loadSql(new URL('./told-of-stop.sql', import.meta.url));

const MOST_TOLD = 100;

interface StopRow {
  readonly sequence: string | number;
  readonly decision: string;
  readonly decided_at: Date;
  readonly data_through: Date | null;
  readonly harm: Stop['harm'];
  readonly next: string | number | null;
}

interface Row {
  readonly kind: ToldRow['kind'];
  readonly name: string;
  readonly sent_at: Date | null;
  readonly acknowledged_at: Date | null;
  readonly last_treatment_at: Date | null;
  readonly confirmed_at: Date | null;
  readonly pauses: boolean;
}

/** The times of what was stopped. */
export class Times {
  readonly #postgres: Postgres;

  constructor(postgres: Postgres) {
    this.#postgres = postgres;
  }

  /**
   * Of the last time that a treatment was stopped, or of an earlier one by its decision.
   * @throws AppError `not-found` where that decision did not stop it
   */
  async read(subject: Subject, decision: string | null): Promise<StopTimes> {
    const { environment, flag, treatment } = subject;
    const address = [environment, flag, treatment];
    const [row] = await this.#postgres.query<StopRow>(READ_STOP, [...address, decision]);
    if (row === undefined && decision !== null)
      throw new AppError(
        'not-found',
        `Decision "${decision}" did not stop "${treatment}" of flag "${flag}"; its history lists those that did.`,
      );
    if (row === undefined) return stopTimes(subject, null, []);
    const params = [...address, row.sequence, row.next, MOST_TOLD];
    const told = await this.#postgres.query<Row>(TOLD, params);
    const stop: Stop = {
      ...{ environment, flag, treatment, sequence: Number(row.sequence), decision: row.decision },
      ...{ decidedAt: row.decided_at.toISOString(), dataThrough: textOf(row.data_through), harm: row.harm },
    };
    return stopTimes(subject, stop, told.map(toTold));
  }
}

const textOf = (at: Date | null): string | null => at?.toISOString() ?? null;

function toTold(row: Row): ToldRow {
  return {
    ...{ kind: row.kind, name: row.name, pauses: row.pauses },
    ...{ sentAt: textOf(row.sent_at), acknowledgedAt: textOf(row.acknowledged_at) },
    ...{ lastTreatmentAt: textOf(row.last_treatment_at), confirmedAt: textOf(row.confirmed_at) },
  };
}
