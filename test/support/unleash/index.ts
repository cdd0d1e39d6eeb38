export { startUnleash, type Unleash, type UnleashClient } from './unleash.ts';
