/** What a team would have defined for the e-mail campaign before it was sent; bodies of the catalogue's POST routes. */

export const flag = {
  environment: 'production',
  key: 'email-campaign',
  variants: [{ key: 'control' }, { key: 'mens' }, { key: 'womens' }],
} as const;

export const metrics = [
  {
    key: 'visit',
    name: 'Visits',
    type: 'proportion',
    description: 'Visited the site within two weeks of the e-mail',
    source: { event: 'visit' },
    windowHours: 336,
  },
  {
    key: 'order',
    name: 'Orders',
    type: 'proportion',
    description: 'Ordered within two weeks of the e-mail',
    source: { event: 'order' },
    windowHours: 336,
  },
  {
    key: 'spend',
    name: 'Spend',
    type: 'mean',
    description: 'Dollars spent within two weeks of the e-mail, adjusted for the year before',
    source: { event: 'purchase', aggregation: 'sum' },
    windowHours: 336,
    prePeriodHours: 8760,
  },
] as const;

export const segments = [
  { key: 'new-customers', name: 'New customers', filters: [{ attribute: 'newbie', op: 'eq', value: '1' }] },
  { key: 'urban', name: 'Urban', filters: [{ attribute: 'zip_code', op: 'eq', value: 'Urban' }] },
] as const;

export const experiment = {
  key: 'hillstrom',
  name: 'E-mail campaign',
  hypothesis: 'An e-mail featuring merchandise brings customers back, and they spend more.',
  environment: 'production',
  flag: 'email-campaign',
  unitType: 'user',
  control: 'control',
  arms: [
    { variant: 'control', weight: 1 },
    { variant: 'mens', weight: 1 },
    { variant: 'womens', weight: 1 },
  ],
  metrics: { goal: ['spend'], secondary: ['visit', 'order'] },
  segments: ['new-customers', 'urban'],
  start: '2008-04-01T00:00:00Z',
  end: '2008-04-08T00:00:00Z',
  statistics: { method: 'fixed', alpha: 0.05 },
} as const;
