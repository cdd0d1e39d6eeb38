import { requireCount, requireFraction } from '../requirements.ts';

/** What a decision of an experiment rests on, and the errors that it may make. */
export interface DecisionPlan {
  /** The chance to ship where no success metric of any variant has improved, one-sided. */
  readonly alpha: number;
  /** The chance not to ship a variant that improves a success metric and harms no guardrail. */
  readonly beta: number;
  readonly successMetrics: number;
  readonly guardrails: number;
  /** Variants that are compared with the control. */
  readonly variants: number;
}

/** The levels of the single tests. */
export interface DecisionErrorRates {
  /** Of each success metric's superiority test in each variant; null without a success metric. */
  readonly successAlpha: number | null;
  /** Of each guardrail's non-inferiority test: not split, since all of them must pass. */
  readonly guardrailAlpha: number;
  /** Of every test, success or guardrail. */
  readonly testBeta: number;
  /** 1 − testBeta: what each test is to be sized for. */
  readonly testPower: number;
}

/**
 * The errors of single tests for a decision "ship if a success metric improves and every guardrail is non-inferior"
 * (Schultzberg, Ankargren & Frånberg 2024, "Risk-aware product decisions in A/B tests with multiple metrics", results 1
 * and 2): one success suffices, so α is split over success metrics and variants (Bonferroni); guardrails must all pass
 * (an intersection–union test, Berger 1982), so each keeps α; one success and the G guardrails must pass together, so
 * each test may miss with β/(G + 1). Holds for any dependence between the metrics.
 * @example decisionErrorRates({ alpha: 0.05, beta: 0.2, successMetrics: 2, guardrails: 3, variants: 2 }) // { successAlpha: 0.0125, guardrailAlpha: 0.05, testBeta: 0.05 }
 */
export function decisionErrorRates(plan: DecisionPlan): DecisionErrorRates {
  const { alpha, beta, successMetrics, guardrails, variants } = plan;
  requireFraction('alpha', alpha);
  requireFraction('beta', beta);
  requireCount('successMetrics', successMetrics);
  requireCount('guardrails', guardrails);
  requireCount('variants', variants, 1);
  // Without a success metric nothing but the guardrails has to pass.
  const tests = successMetrics > 0 ? guardrails + 1 : Math.max(1, guardrails);
  return {
    successAlpha: successMetrics === 0 ? null : alpha / (successMetrics * variants),
    guardrailAlpha: alpha,
    testBeta: beta / tests,
    testPower: 1 - beta / tests,
  };
}
