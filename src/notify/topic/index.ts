export { DecisionPublisher } from './decision-publisher.ts';
export { PublishLoop } from './publish-loop.ts';
