import type {
  ChangePointState,
  EmpiricalBernsteinState,
  GuardrailState,
  SampleRatioState,
} from '../../analysis/index.ts';
import type { DecisionAction, DecisionOverride, DecisionVerdict } from './decision-document.ts';

/** Lower and upper bound of an arm, the narrowest of all looks. */
export type Bounds = readonly [lower: number, upper: number];

/** What a guardrail's test remembers; each kind only ever goes forward. */
export type TestState =
  | {
      readonly method: 'counts';
      readonly state: GuardrailState;
    }
  | {
      readonly method: 'proportions';
      readonly control: Bounds;
      readonly treatment: Bounds;
    }
  | {
      readonly method: 'boundedMeans';
      readonly cap: number;
      readonly control: { readonly values: EmpiricalBernsteinState; readonly bounds: Bounds };
      readonly treatment: { readonly values: EmpiricalBernsteinState; readonly bounds: Bounds };
      /** Closed days up to and with it have been looked at. */
      readonly throughDay: string | null;
    }
  | { readonly method: 'asymptotic'; readonly p: number };

/** One guardrail's watch over one epoch, from a moment on, at an alpha granted once. */
export interface Watch {
  readonly metric: string;
  readonly epoch: number;
  /** Other terms make another watch. */
  readonly terms: string;
  /** The ledger's period in which it began. */
  readonly period: number;
  readonly alpha: number;
  readonly since: string;
  /** Counts at which it began, which are not held against anybody; per arm [units, events] or [closed units, closed events]. */
  readonly from: {
    readonly control: readonly [number, number];
    readonly treatment: readonly [number, number];
  };
  /** The largest so far, so that counts never fall when units are left out later. */
  readonly seen: {
    readonly control: readonly [number, number];
    readonly treatment: readonly [number, number];
  };
  readonly test: TestState | null;
  /** Of counts: since when there may have been harm, in ms since 1970. Absent in what was remembered before it was asked. */
  readonly rise?: ChangePointState;
  /** What was shown first stays shown. */
  readonly shown: 'harm' | 'safe' | null;
  readonly shownAt: string | null;
}

/** Harm that stopped a treatment. */
export interface Broken {
  readonly metric: string;
  readonly epoch: number;
  readonly action: 'rollback' | 'pause';
  readonly sentence: string;
  /** Since when there has been harm, as far as the events tell; null: they do not. Absent in what was remembered before. */
  readonly began?: string | null;
}

/** Why a treatment was stopped, until somebody says otherwise. */
export interface Latch {
  readonly since: string;
  /** The decision that stopped it. */
  readonly decision: string;
  readonly broken: readonly Broken[];
}

/** What was stopped before and goes on since. */
export interface Resumed {
  readonly by: string;
  readonly why: string;
  readonly at: string;
  readonly stoppedSince: string;
  readonly sentences: readonly string[];
}

/** When units arrive, to tell silence from a small flow. */
export interface Arrivals {
  readonly epoch: number;
  readonly units: number;
  /** Of the last look at which there were more. */
  readonly at: string;
  /** Units and milliseconds, both fading; their ratio is the rate. */
  readonly recentUnits: number;
  readonly recentMs: number;
}

/** What is remembered of one treatment of a flag between decisions; a plain record. */
export interface TreatmentState {
  readonly experiment: string;
  /** The ledger's last period. */
  readonly period: number;
  readonly watches: readonly Watch[];
  /** By epoch number, the same epochs as the watches. */
  readonly sampleRatios: readonly { readonly epoch: number; readonly state: SampleRatioState }[];
  readonly arrivals: Arrivals | null;
  /** Of the last look. */
  readonly dataThrough: string | null;
  /** When this was remembered. */
  readonly renewedAt: string;
  readonly latch: Latch | null;
  readonly resumed: Resumed | null;
  /** A verdict over all. */
  readonly override: DecisionOverride | null;
  readonly dismissals: readonly DecisionOverride[];
  /** The current decision, and what makes the next one another. */
  readonly last: {
    readonly id: string;
    readonly decidedAt: string;
    readonly key: string;
    readonly verdict: DecisionVerdict;
    readonly action: DecisionAction;
  } | null;
}
