/** What the API's description shows; the figures are those of the bundled experiment. */

const sampleRatio = {
  status: 'ok',
  p: 0.9036929575604196,
  chiSquare: 0.20253125,
  sequentialP: null,
  epoch: 1,
  units: { control: 21306, mens: 21307, womens: 21387 },
  expected: { control: 21333.333333333332, mens: 21333.333333333332, womens: 21333.333333333332 },
  reason: 'sequential-p-not-computed',
};

const excluded = {
  multipleVariants: 0,
  forced: 0,
  guardInterval: 0,
  unknownVariant: 0,
  offTarget: 0,
  outsideDates: 0,
  impressionsByReason: {},
  reason: null,
};

const stamp = {
  experiment: 'hillstrom',
  scorecardId: 'sc_NsMA8S9rdtCHb6DrahZmcWNb',
  dataThrough: '2026-11-21T08:18:15.581Z',
  computedAt: '2026-11-21T08:18:16.147Z',
};

const spendOfMens = {
  variant: 'mens',
  verdict: 'better',
  adjustedP: null,
  p: 1.2698620346781716e-7,
  absolute: { estimate: 0.7673433757665582, ci: [0.482717608104992, 1.0519691434281244], reason: null },
  relative: { estimate: 1.1754838980727589, ci: [0.6405244290801341, 1.9725144142673225], reason: null },
  method: 'welch+cuped',
  statistic: 5.284184302912676,
  standardError: 0.145215104504132,
  df: 36677.02644910037,
  covariate: { theta: 0.0012715960276473886, varianceReduction: 0.00043308892614668526 },
  unadjusted: {
    p: 1.1638149682255145e-7,
    absolute: { estimate: 0.7698271558945362, ci: [0.4851397325684069, 1.0545145792206654], reason: null },
    relative: { estimate: 1.1792887703620056, ci: [0.6436753843630636, 1.9774807917686945], reason: null },
  },
  epochs: [1],
  unitsLeftOut: 0,
  reason: 'no-adjustment-made',
  summary:
    'Better: spend in mens 0.653 → 1.42 (+0.767, +117.5 %; 95 % CI +64.1 % to +197.3 %; p <0.001), adjusted for the pre-period.',
};

export const resultsExample = {
  ...stamp,
  method: 'fixed',
  engineVersion: '0.1.0',
  specHash: '36e84e05394e9f4554e320df1dc958f53ec49531f607935fc07e1cc759f0352e',
  alpha: 0.05,
  control: 'control',
  segment: null,
  segmentValue: null,
  windows: 'all',
  sampleRatio,
  excluded,
  attribution: {
    source: 'moments',
    verifiedAt: '2026-11-21T03:00:01.294Z',
    largestDifference: 1.1e-16,
    reason: null,
  },
  metrics: [
    {
      metric: 'spend',
      role: 'goal',
      type: 'mean',
      version: 1,
      direction: 'decreaseIsBad',
      among: 'units',
      status: 'ok',
      closedUnits: 42613,
      arms: [
        { variant: 'control', units: 21306, mean: 0.652789355111236, sd: 11.588199681271536, reason: null },
        { variant: 'mens', units: 21307, mean: 1.4226165110057725, sd: 17.754205103736833, reason: null },
      ],
      comparisons: [spendOfMens],
      detail: null,
      reason: null,
    },
  ],
  reason: null,
};

export const healthExample = {
  ...stamp,
  status: 'ok',
  sampleRatio,
  epochs: [
    {
      epoch: 1,
      effectiveAt: '2008-04-01T00:00:00.000Z',
      weights: { control: 1, mens: 1, womens: 1 },
      sampleRatio,
      multipleVariants: 0,
      days: [
        {
          day: '2008-04-01',
          units: { control: 21306, mens: 21307, womens: 21387 },
          expected: sampleRatio.expected,
          reason: null,
        },
      ],
    },
  ],
  excluded,
  conversionsOfOtherUnitTypes: 0,
  duplicateEvents: 0,
  outsideTransform: {},
  failedMetrics: [],
  reason: null,
};
