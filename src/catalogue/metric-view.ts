import { z } from 'zod';
import { metricWith } from './metric.ts';

const about = {
  version: z
    .int()
    .describe('the ETag is this, quoted; experiments keep the version that they were started with'),
  createdAt: z.iso.datetime().describe('of the first version'),
  updatedAt: z.iso.datetime().describe('of this version'),
};

/** A metric as the API shows it: one version of its definition. */
export const MetricView = metricWith(about).meta({
  id: 'MetricView',
  example: {
    type: 'mean',
    key: 'spend',
    name: 'Spend',
    description: '',
    direction: 'decreaseIsBad',
    windowHours: 336,
    prePeriodHours: 8760,
    source: { event: 'order', filters: [], aggregation: 'sum' },
    cap: null,
    transform: 'identity',
    version: 2,
    createdAt: '2026-03-02T09:30:00.000Z',
    updatedAt: '2026-03-05T11:00:00.000Z',
  },
});
export type MetricView = z.infer<typeof MetricView>;
