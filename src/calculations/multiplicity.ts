import { z } from 'zod';
import {
  benjaminiHochberg,
  decisionErrorRates,
  eBenjaminiHochberg,
  epochAlpha,
  holm,
} from '../../analysis/index.ts';
import { alphaSchema } from './arms.ts';
import { type Calculation, calculation } from './calculation.ts';

const MAX_TESTS = 100_000;

const pValues = z.strictObject({
  p: z.array(z.number().min(0).max(1)).min(1).max(MAX_TESTS).describe('p-values of one family'),
});
const count = z.int().nonnegative().max(1_000_000);

export const multiplicityCalculations: readonly Calculation[] = [
  calculation({
    name: 'holm',
    about: 'Adjusted p-values by Holm: none of the conclusions may be false',
    input: pValues,
    example: { p: [0.01, 0.04, 0.03, 0.005, 0.55, 0.6] },
    compute: ({ p }) => ({ kind: 'estimate', p: holm(p) }),
  }),
  calculation({
    name: 'benjamini-hochberg',
    about: 'Adjusted p-values by Benjamini and Hochberg: the false discovery rate',
    input: pValues,
    example: { p: [0.01, 0.04, 0.03, 0.005, 0.55, 0.6] },
    compute: ({ p }) => ({ kind: 'estimate', p: benjaminiHochberg(p) }),
  }),
  calculation({
    name: 'e-benjamini-hochberg',
    about: 'Discoveries among e-values by e-BH: the false discovery rate at any time, any dependence',
    input: z
      .strictObject({
        e: z.array(z.number().nonnegative()).min(1).max(MAX_TESTS).optional().describe('e-values'),
        logE: z.array(z.number()).min(1).max(MAX_TESTS).optional().describe('or their natural logarithms'),
        alpha: alphaSchema.describe('the false discovery rate'),
      })
      .refine(({ e, logE }) => (e === undefined) !== (logE === undefined), {
        path: ['e'],
        message: 'must be given, or logE instead of it',
      }),
    example: { e: [120, 45, 1], alpha: 0.05 },
    compute: ({ e, logE, alpha }) => {
      const found = eBenjaminiHochberg(logE ?? (e ?? []).map(Math.log), alpha);
      return {
        kind: 'estimate',
        rejected: found.map(({ discovery }) => discovery),
        p: found.map(({ adjustedP }) => adjustedP),
        logE: found.map(({ adjustedLogE }) => adjustedLogE),
      };
    },
  }),
  calculation({
    name: 'decision-error-rates',
    about: 'The alpha and beta of each test for a decision on success metrics and guardrails',
    input: z.strictObject({
      alpha: alphaSchema,
      beta: z.number().gt(0).lt(1).default(0.2),
      successMetrics: count,
      guardrails: count,
      variants: z.int().positive().max(1_000_000).default(1).describe('compared with the control'),
    }),
    example: { alpha: 0.05, beta: 0.2, successMetrics: 2, guardrails: 3, variants: 2 },
    compute: (plan) => ({ kind: 'estimate', ...decisionErrorRates(plan) }),
  }),
  calculation({
    name: 'epoch-alpha',
    about: 'The alpha that the k-th epoch may spend, so that all epochs together spend alpha',
    input: z.strictObject({ alpha: alphaSchema, epoch: z.int().positive() }),
    example: { alpha: 0.05, epoch: 2 },
    compute: ({ alpha, epoch }) => ({ kind: 'estimate', alpha: epochAlpha(alpha, epoch) }),
  }),
];
