import { z } from 'zod';
import { type Alternative, type SequencePlan, sequentialTest } from '../../analysis/index.ts';
import { alphaSchema } from './arms.ts';

const tuning = z
  .number()
  .positive()
  .optional()
  .describe('N*: units of both arms at which a normal mixture is narrowest');
const start = z.number().positive().optional().describe('or units of both arms at the first look, instead');
const previousP = z.number().min(0).max(1).optional().describe('p of the looks so far');
/** Which of the one-sided bounds. */
export const form = z
  .enum(['closed', 'e-value'])
  .default('closed')
  .describe('closed: the bound that some other tools use; e-value: the tighter one');
/** Of no effect. */
export const alternative = z.enum(['two-sided', 'greater', 'less']).default('two-sided');
/** What every reading takes. */
export const common = { alpha: alphaSchema, tuning, start, previousP };

/** How the sequence is tuned: by N* or by its start. */
export type Plan = { tuning?: number | undefined; start?: number | undefined; form?: 'closed' | 'e-value' };

/** For a refinement: N* or a start. */
export const oneOfBoth = ({ tuning, start }: Plan) => (tuning === undefined) !== (start === undefined);
/** What the refinement says. */
export const EITHER = { path: ['tuning'], message: 'give either tuning or start' };

/** The plan in the words of the library. */
export function planOf({ tuning, start, form }: Plan): SequencePlan {
  return start === undefined
    ? { method: 'mixture', tuning: tuning ?? Number.NaN, form }
    : { method: 'delayed-start', start };
}

/** What is read. */
export interface Effect {
  readonly estimate: number;
  readonly se: number;
}

/** One reading. */
export type Look = Plan & {
  alpha: number;
  previousP?: number | undefined;
  n: number;
  alternative: Alternative;
};

/** A two-sided interval as `ci`, a one-sided bound as `lower` or `upper`. */
export function readAtAnyTime(effect: Effect, look: Look): object {
  const outcome = sequentialTest({ ...look, estimate: effect.estimate, se: effect.se, plan: planOf(look) });
  if (outcome.kind === 'unknown') return outcome;
  const { lower, upper, statistic, ...rest } = outcome;
  const bounds = look.alternative === 'two-sided' ? { ci: [lower, upper] } : {};
  const bound = look.alternative === 'greater' ? { lower } : look.alternative === 'less' ? { upper } : {};
  return { ...rest, z: statistic, ...bounds, ...bound };
}

/** Two arms of means. */
export const meansExample = {
  control: { n: 3000, sum: 1396.87, sumSquares: 52377.9767 },
  treatment: { n: 3461, sum: 2422.7, sumSquares: 134698.29 },
};
/** Two arms of proportions. */
export const proportionsExample = {
  control: { n: 3000, events: 1396 },
  treatment: { n: 3461, events: 2422 },
};
