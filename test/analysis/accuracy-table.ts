import jstat from 'jstat';
import * as simple from 'simple-statistics';
import {
  betaQuantile,
  chiSquareLogSurvival,
  chiSquareSurvival,
  incompleteBeta,
  logBeta,
  logGamma,
  logIncompleteBeta,
  noncentralTCdf,
  noncentralTSurvival,
  normalCdf,
  normalLogSurvival,
  normalQuantile,
  normalSurvival,
  studentTLogSurvival,
  studentTSurvival,
  studentTUpperQuantile,
} from '../../analysis/special/index.ts';
import type { Reference } from './special-references.ts';

type Arguments = readonly [number, number, number, number?];

/** A package's value; null where it is not asked. */
type Evaluate = (...args: Arguments) => number | null;

interface Contestant {
  readonly title: string;
  readonly ours: (...args: Arguments) => number;
  /** As the package would best be used: its lower tail at −x where that is the upper tail at x. */
  readonly jstat?: Evaluate;
  readonly simple?: Evaluate;
}

/** By the references' name of the function. */
export const contestants: Readonly<Record<string, Contestant>> = {
  norm_sf: {
    title: '`normalSurvival`',
    ours: (z) => normalSurvival(z),
    jstat: (z) => jstat.normal.cdf(-z, 0, 1),
    simple: (z) => simple.cumulativeStdNormalProbability(-z),
  },
  norm_cdf_low: {
    title: '`normalCdf`',
    ours: (z) => normalCdf(z),
    jstat: (z) => jstat.normal.cdf(z, 0, 1),
    simple: (z) => simple.cumulativeStdNormalProbability(z),
  },
  norm_log_sf: { title: '`normalLogSurvival`', ours: (z) => normalLogSurvival(z) },
  norm_inv: {
    title: '`normalQuantile`',
    ours: (p) => normalQuantile(p),
    jstat: (p) => jstat.normal.inv(p, 0, 1),
    simple: (p) => simple.probit(p),
  },
  t_sf: {
    title: '`studentTSurvival`',
    ours: (t, df) => studentTSurvival(t, df),
    jstat: (t, df) => jstat.studentt.cdf(-t, df),
  },
  t_log_sf: { title: '`studentTLogSurvival`', ours: (t, df) => studentTLogSurvival(t, df) },
  t_isf: {
    title: '`studentTUpperQuantile`',
    ours: (q, df) => studentTUpperQuantile(q, df),
    jstat: (q, df) => -jstat.studentt.inv(q, df),
  },
  nct_cdf: {
    title: '`noncentralTCdf`',
    ours: (t, df, ncp) => noncentralTCdf(t, df, ncp),
    jstat: (t, df, ncp) => jstat.noncentralt.cdf(t, df, ncp),
  },
  nct_sf: {
    title: '`noncentralTSurvival`',
    ours: (t, df, ncp) => noncentralTSurvival(t, df, ncp),
    jstat: (t, df, ncp) => jstat.noncentralt.cdf(-t, df, -ncp),
  },
  chi2_sf: {
    title: '`chiSquareSurvival`',
    ours: (x, df) => chiSquareSurvival(x, df),
    // Above a million degrees of freedom it needs seconds a call.
    jstat: (x, df) => (df > 1e6 ? null : 1 - jstat.chisquare.cdf(x, df)),
  },
  chi2_log_sf: { title: '`chiSquareLogSurvival`', ours: (x, df) => chiSquareLogSurvival(x, df) },
  beta_cdf: {
    title: '`incompleteBeta`',
    ours: (x, a, b) => incompleteBeta(x, a, b),
    jstat: (x, a, b) => jstat.ibeta(x, a, b),
  },
  beta_log_cdf: { title: '`logIncompleteBeta`', ours: (x, a, b, y) => logIncompleteBeta(x, a, b, y) },
  beta_inv: {
    title: '`betaQuantile`',
    ours: (p, a, b) => betaQuantile(p, a, b),
    jstat: (p, a, b) => jstat.beta.inv(p, a, b),
  },
  beta_log: {
    title: '`logBeta`',
    ours: (a, b) => logBeta(a, b),
    jstat: (a, b) => jstat.betaln(a, b),
  },
  gammaln: {
    title: '`logGamma`',
    ours: (x) => logGamma(x),
    jstat: (x) => jstat.gammaln(x),
    simple: (x) => simple.gammaln(x),
  },
};

const BOUND = 1e-12;

/** Relative error; of what is no number at all, infinite. */
export function relativeError(value: number, reference: number): number {
  const error = reference === 0 ? Math.abs(value) : Math.abs(value / reference - 1);
  return Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
}

/** The worst relative errors over the references as a Markdown table, a row per function. */
export function accuracyTable(references: readonly Reference[]): string {
  const rows = Object.entries(contestants).map(([fn, { title, ours, jstat, simple }]) => {
    const own = references.filter((reference) => reference.fn === fn);
    return [title, own.length, ...[ours, jstat, simple].map((evaluate) => cell(own, evaluate))];
  });
  return [
    ['function', 'references', 'ours', 'jstat 1.9.6', 'simple-statistics 7.12.1'],
    ['---', '--:', '--:', '--:', '--:'],
    ...rows,
  ]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');
}

function cell(references: readonly Reference[], evaluate: Evaluate | undefined): string {
  if (evaluate === undefined) return '–';
  const errors = references.flatMap(({ args, ref }) => {
    const value = evaluate(...args);
    return value === null ? [] : [relativeError(value, Number(ref))];
  });
  const within = errors.filter((error) => error <= BOUND).length;
  const worst = shown(Math.max(...errors));
  if (within === errors.length) return worst;
  return `${worst}; ${within} of ${errors.length} within`;
}

/** Rounded up to one digit; what has no digit right is shown as that. */
function shown(error: number): string {
  if (error >= 1) return 'no digit';
  if (error >= 0.01) return `${Math.ceil(error * 100)} %`;
  const exponent = Math.floor(Math.log10(Math.max(error, 1e-17)));
  return `${Math.ceil(error / 10 ** exponent)}e${exponent}`.replace('10e', `1e`);
}
