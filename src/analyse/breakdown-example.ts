/** What the API's description shows of a breakdown: one metric, one comparison, two values and the rest. */

const sampleRatio = (control: number, treatment: number, p: number, chiSquare: number) => ({
  ...{ status: 'ok', p, chiSquare, sequentialP: null, epoch: 1 },
  units: { control, treatment },
  expected: { control: (control + treatment) / 2, treatment: (control + treatment) / 2 },
  reason: 'sequential-p-not-computed',
});

const nothing = (reason: string) => ({ estimate: null, ci: null, reason });

export const breakdownExample = {
  experiment: 'checkout',
  attribute: 'country',
  dataThrough: '2026-03-09T12:00:00.000Z',
  computedAt: '2026-03-09T12:00:00.412Z',
  engineVersion: '0.1.0',
  specHash: '36e84e05394e9f4554e320df1dc958f53ec49531f607935fc07e1cc759f0352e',
  alpha: 0.05,
  control: 'control',
  attribution: { source: 'moments', verifiedAt: null, largestDifference: null, reason: 'not-verified-yet' },
  values: [
    { value: 'DE', units: { control: 5000, treatment: 5000 }, sampleRatio: sampleRatio(5000, 5000, 1, 0) },
    { value: 'AT', units: { control: 1000, treatment: 1000 }, sampleRatio: sampleRatio(1000, 1000, 1, 0) },
    { value: null, units: { control: 8, treatment: 8 }, sampleRatio: sampleRatio(8, 8, 1, 0) },
  ],
  metrics: [
    {
      ...{ metric: 'signup', role: 'goal', type: 'proportion', version: 1, direction: 'decreaseIsBad' },
      ...{ among: 'units', status: 'ok', reason: null },
      comparisons: [
        {
          variant: 'treatment',
          heterogeneity: {
            ...{ segments: 2, q: 1.0214504596527068, df: 1, p: 0.3121687042373, iSquared: 0.021 },
            ...{ tauSquared: 4.2e-6, reason: null },
          },
          segments: [
            {
              value: 'DE',
              units: { control: 5000, treatment: 5000 },
              absolute: { estimate: 0.014, ci: [0.0022, 0.0258], reason: null },
              relative: { estimate: 0.14, ci: [0.021, 0.2737], reason: null },
              p: 0.0199,
              shrunken: { estimate: 0.0122, ci: [0.0009, 0.0235], shrinkage: 0.9, reason: null },
              reason: null,
            },
            {
              value: 'AT',
              units: { control: 1000, treatment: 1000 },
              absolute: { estimate: 0, ci: [-0.0264, 0.0264], reason: null },
              relative: { estimate: 0, ci: [-0.2314, 0.3011], reason: null },
              p: 1,
              shrunken: { estimate: 0.0116, ci: [0.0001, 0.0231], shrinkage: 0.98, reason: null },
              reason: null,
            },
            {
              value: null,
              units: { control: 8, treatment: 8 },
              absolute: nothing('no-events'),
              relative: nothing('no-events'),
              p: null,
              shrunken: { estimate: null, ci: null, shrinkage: null, reason: 'no-events' },
              reason: 'no-events',
            },
          ],
        },
      ],
    },
  ],
  falseAlarms: {
    comparisons: 2,
    expected: 0.1,
    summary:
      'Of 2 comparisons about 0.1 have p < 0.05 by chance alone where nothing differs; heterogeneity and the shrunken estimates allow for that, the others do not.',
  },
};
