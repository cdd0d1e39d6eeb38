import type { Metric } from '../../catalogue/index.ts';
import { NEVER } from '../never.ts';
import type { MetricType } from './metric-type.ts';

type TimeToEvent = Extract<Metric, { type: 'timeToEvent' }>;

/** Bin k: the first conversion came in the k-th interval after the first impression; 0: none came in the window. */
export const timeToEvent: MetricType<TimeToEvent> = {
  sources: ({ source }) => [{ ...source, aggregation: 'any' }],
  dimension: () => 0,
  unit: ({ source, windowHours, intervalHours }, rows) => {
    const event = rows.earliest(source, rows.window(windowHours));
    const interval = `intDiv(${event} - first, ${rows.ms(intervalHours)})`;
    return { kind: 'bin', bin: { value: `if(${event} < ${NEVER}, 1 + ${interval}, 0)`, exists: null } };
  },
};
