export { Enforcement } from './enforcement.ts';
export { EnforcementLoop } from './enforcement-loop.ts';
export { EnforcementMetrics } from './enforcement-metrics.ts';
export { Enforcements } from './enforcements.ts';
export { Enforcer } from './enforcer.ts';
export { Follower } from './follower.ts';
export { type ImpressionsSeen, type ImpressionsSince, impressionsSince } from './impressions-since.ts';
