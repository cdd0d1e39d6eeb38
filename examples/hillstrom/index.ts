export { eventsOf, type ReplayedEvent, readHillstrom } from './events.ts';
export { experiment, flag, metrics, segments } from './experiment.ts';
