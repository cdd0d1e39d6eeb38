export { DecisionStreams } from './decision-streams.ts';
