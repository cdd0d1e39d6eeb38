export { DecisionPort } from './decision-port.ts';
