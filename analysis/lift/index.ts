export { fiellerLift, type LiftInput } from './fieller.ts';
