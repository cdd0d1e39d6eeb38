export { type Actuator, type Order, PreflightCheck, type Seen } from './actuator.ts';
export { type ActuatorDeps, actuatorFor } from './actuator-for.ts';
export { readCredentialsIn } from './credentials.ts';
