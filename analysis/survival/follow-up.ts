import { requireNotNegative } from '../requirements.ts';
import type { RiskRow, RiskTable } from './risk-table.ts';

/** One unit: when its event came, or until when it was watched without one. */
export interface FollowUp {
  readonly time: number;
  /** False where watching ended (the unit is censored). */
  readonly event: boolean;
}

/**
 * The risk table of units watched one by one, with a row for every time at which any of them had an event or left. A unit
 * that leaves at the time of an event still counts as at risk then, as is usual (Kaplan & Meier 1958, section 2).
 * @param days times that are to have a row too, up to the last unit's: those with an event in another arm
 * @example riskTableOf([{ time: 2, event: true }, { time: 3, event: false }]) // [{ day: 2, atRisk: 2, events: 1 }, { day: 3, atRisk: 1, events: 0 }]
 */
export function riskTableOf(units: readonly FollowUp[], days: readonly number[] = []): RiskTable {
  units.forEach(({ time }, i) => {
    requireNotNegative(`units[${i}].time`, time);
  });
  const sorted = [...units].sort((a, b) => a.time - b.time);
  const last = sorted.at(-1)?.time ?? Number.NEGATIVE_INFINITY;
  const times = new Set([...units.map(({ time }) => time), ...days.filter((day) => day <= last)]);
  const rows: RiskRow[] = [];
  let at = 0;
  for (const day of [...times].sort((a, b) => a - b)) {
    const atRisk = sorted.length - at;
    let events = 0;
    for (; sorted[at]?.time === day; at += 1) events += sorted[at]?.event === true ? 1 : 0;
    rows.push({ day, atRisk, events });
  }
  return rows;
}

/**
 * The risk tables of two arms watched unit by unit, each with a row on the other's event days, as `logRank` needs them.
 * @example alignedRiskTables([{ time: 5, event: false }], [{ time: 2, event: true }]) // { control: [{ day: 2, atRisk: 1, events: 0 }, { day: 5, atRisk: 1, events: 0 }] }
 */
export function alignedRiskTables(
  control: readonly FollowUp[],
  treatment: readonly FollowUp[],
): { control: RiskTable; treatment: RiskTable } {
  const eventTimes = (units: readonly FollowUp[]) =>
    units.filter(({ event }) => event).map(({ time }) => time);
  return {
    control: riskTableOf(control, eventTimes(treatment)),
    treatment: riskTableOf(treatment, eventTimes(control)),
  };
}
