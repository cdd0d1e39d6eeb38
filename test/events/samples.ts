/** 2026-03-02T00:00:00Z. */
export const NOW = Date.UTC(2026, 2, 2);

/** A valid impression as a producer sends it, with some fields replaced; `undefined` removes one. */
export function impression(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: '0199a3c2-7b4e-7c3a-9d21-5c1f6f0a9b10',
    type: 'impression',
    ts: '2026-03-01T09:30:00.000Z',
    environment: 'production',
    unit: { type: 'user', id: 'u1' },
    flag: 'checkout-v2',
    variant: 'treatment',
    ...fields,
  };
}

/** As {@link impression}. */
export function conversion(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: '0199a3c2-8f02-7a11-b7de-1d2e3f405162',
    type: 'conversion',
    ts: '2026-03-01T09:41:12.250Z',
    environment: 'production',
    unit: { type: 'user', id: 'u1' },
    name: 'purchase',
    value: 29.9,
    ...fields,
  };
}
