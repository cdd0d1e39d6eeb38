/** Longest texts (in UTF-16 code units) and largest counts of one event. */
export const EVENT_LIMITS = {
  id: 200,
  environment: 100,
  unitType: 50,
  unitId: 500,
  units: 10,
  /** Flags, variants and names. */
  name: 200,
  reason: 50,
  flagVersion: 100,
  attributes: 100,
  attributeName: 100,
  attributeValue: 1000,
  /** How far a producer's clock may be ahead of ours. */
  futureMs: 24 * 3600 * 1000,
} as const;
