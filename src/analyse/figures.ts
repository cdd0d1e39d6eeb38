import type { Comparison, Effects } from '../../analysis/index.ts';
import type { FollowUp } from '../attribute/index.ts';
import type { Listed, MetricDetail } from './detail-document.ts';
import type { Difference } from './result-parts.ts';
import type { ArmResult } from './results-document.ts';

/** What figures are made with. */
export interface FigureContext {
  readonly control: string;
  /** All arms of the experiment, the control first. */
  readonly variants: readonly string[];
  readonly alpha: number;
  readonly followUp: FollowUp;
}

/** Two arms compared, or why they cannot be. */
export type Compared =
  | ({ readonly kind: 'estimate' } & ComparedFigures)
  | { readonly kind: 'unknown'; readonly reason: string };

interface ComparedFigures extends Effects, Pick<Comparison, 'covariate' | 'unadjusted' | 'unitsLeftOut'> {
  readonly method: string;
  /** Those that the figures are of. */
  readonly epochs: readonly number[];
}

/** One metric's figures, whatever its type. */
export interface MetricFigures {
  /** In the order of the variants. */
  readonly arms: readonly ArmResult[];
  /** Of a treatment against the control. */
  readonly compare: (variant: string) => Compared;
  readonly detail: MetricDetail | null;
  /** What a sentence with these figures adds, beginning with a comma; may be empty. */
  readonly remark: string;
}

export const nothing = (reason: string): Difference => ({ estimate: null, ci: null, reason });

export function differences(of: Pick<Effects, 'absolute' | 'relative'>): {
  absolute: Difference;
  relative: Difference;
} {
  const { absolute, relative } = of;
  return {
    absolute: { estimate: absolute.estimate, ci: [absolute.ci[0], absolute.ci[1]], reason: null },
    relative: {
      estimate: relative.estimate,
      ci: relative.ci === null ? null : [relative.ci[0], relative.ci[1]],
      reason: relative.reason,
    },
  };
}

/** A comparison as it is listed in a metric's detail. */
export function listed(variant: string, compared: Compared): Listed {
  return compared.kind === 'unknown'
    ? {
        ...{ variant, p: null, method: null, reason: compared.reason },
        ...{ absolute: nothing(compared.reason), relative: nothing(compared.reason) },
      }
    : { variant, p: compared.p, ...differences(compared), method: compared.method, reason: null };
}

export function treatments({ control, variants }: FigureContext): string[] {
  return variants.filter((variant) => variant !== control);
}
