export { applyCap, type Capped } from './apply-cap.ts';
export { type CapRule, type PooledCap, pooledCap, pooledCapOfCounts, type ValueCount } from './pooled-cap.ts';
