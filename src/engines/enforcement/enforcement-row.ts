import type { Enforcement } from './enforcement.ts';

/** A row of the table, as Postgres gives it. */
export interface EnforcementRow {
  readonly id: string;
  readonly connection: string;
  readonly environment: string;
  readonly flag: string;
  readonly treatment: string;
  readonly decision: string;
  readonly sequence: string | number;
  readonly action: Enforcement['action'];
  readonly reach: Enforcement['reach'];
  readonly dry_run: boolean;
  readonly why: string;
  readonly status: Enforcement['status'];
  readonly detail: string;
  readonly attempts: number;
  readonly decided_at: Date;
  readonly taken_at: Date;
  readonly sent_at: Date | null;
  readonly acknowledged_at: Date | null;
  readonly last_treatment_at: Date | null;
  readonly confirmed_at: Date | null;
  readonly escalated_at: Date | null;
  readonly reopened: number;
  readonly reopened_at: Date | null;
}

const text = (at: Date | null): string | null => at?.toISOString() ?? null;

export function toEnforcement(row: EnforcementRow): Enforcement {
  return {
    id: row.id,
    connection: row.connection,
    environment: row.environment,
    flag: row.flag,
    treatment: row.treatment,
    decision: row.decision,
    sequence: Number(row.sequence),
    action: row.action,
    reach: row.reach,
    dryRun: row.dry_run,
    status: row.status,
    detail: row.detail,
    attempts: row.attempts,
    reopened: row.reopened,
    times: {
      decidedAt: row.decided_at.toISOString(),
      takenAt: row.taken_at.toISOString(),
      sentAt: text(row.sent_at),
      acknowledgedAt: text(row.acknowledged_at),
      lastTreatmentAt: text(row.last_treatment_at),
      confirmedAt: text(row.confirmed_at),
      escalatedAt: text(row.escalated_at),
      reopenedAt: text(row.reopened_at),
    },
  };
}
