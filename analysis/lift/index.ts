export { type DeltaLift, type DeltaLiftInput, deltaLift } from './delta.ts';
export { fiellerLift, type LiftInput } from './fieller.ts';
