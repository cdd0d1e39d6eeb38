import type { Postgres } from '../stores/postgres/index.ts';
import { loadSql } from '../stores/sql-file.ts';

const ABSENCE = loadSql(new URL('./why-undecided.sql', import.meta.url));

/** Which decision is asked for. */
export interface Subject {
  readonly environment: string;
  readonly flag: string;
  readonly treatment: string;
}

/** Why nothing is decided on a treatment; see why-undecided.sql. */
export interface Absence {
  readonly flag_exists: boolean;
  readonly experiment: string | null;
  readonly is_arm: boolean | null;
  readonly is_control: boolean | null;
  readonly guardrails: number | null;
}

/** Asks the catalogue why nothing is decided on a treatment. */
export async function readAbsence(
  postgres: Postgres,
  { environment, flag, treatment }: Subject,
): Promise<Absence | undefined> {
  const [row] = await postgres.query<Absence>(ABSENCE, [environment, flag, treatment]);
  return row;
}

/** The same as a sentence. */
export function whyUndecided({ environment, flag, treatment }: Subject, row: Absence | undefined): string {
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
