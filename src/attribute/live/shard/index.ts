export { type Intent, lostLease, Shard } from './shard.ts';
