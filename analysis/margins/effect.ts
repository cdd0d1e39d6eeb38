import type { DifferenceEstimate } from '../comparison/index.ts';
import { shareOf, type Table } from '../proportions/index.ts';
import type { MarginKind } from './margin.ts';

/** The difference, or the lift. */
export function effectOf({ difference, control }: DifferenceEstimate, kind: MarginKind): number {
  return kind === 'absolute' ? difference : difference / control;
}

/** The difference of the proportions, or their lift; null where the control has no events. */
export function effectOfProportions({ control, treatment }: Table, kind: MarginKind): number | null {
  const difference = shareOf(treatment) - shareOf(control);
  if (kind === 'absolute') return difference;
  return control.events === 0 ? null : difference / shareOf(control);
}
