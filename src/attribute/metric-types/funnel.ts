import type { Metric } from '../../catalogue/index.ts';
import { NEVER } from '../never.ts';
import type { MetricType } from './metric-type.ts';

type Funnel = Extract<Metric, { type: 'funnel' }>;

/**
 * Bin k: the unit reached k steps. A step is reached at the earliest conversion that is not before the time at which the
 * one before it was reached; whatever comes later could only be reached later. Not the engine's windowFunnel: of
 * conversions at one time it takes one for one step alone, and which one depends on their order.
 */
export const funnel: MetricType<Funnel> = {
  sources: ({ steps }) => steps.map((step) => ({ ...step, aggregation: 'any' })),
  dimension: () => 0,
  unit: ({ steps, windowHours }, rows) => {
    const within = rows.window(windowHours);
    const reached: string[] = [];
    // When the step before was reached, or NEVER.
    let before = '';
    steps.forEach((step, index) => {
      if (index === steps.length - 1) {
        reached.push(`(${rows.latest(step, within)} >= ${before})`);
        return;
      }
      before =
        index === 0
          ? rows.earliest(step, within)
          : `arrayMin(arrayPushBack(arrayFilter(at -> at >= ${before}, ${rows.times(step, within)}), ${NEVER}))`;
      reached.push(`(${before} < ${NEVER})`);
    });
    return { kind: 'bin', bin: { value: reached.join(' + '), exists: null } };
  },
};
