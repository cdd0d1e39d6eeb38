export {
  CanaryConfig,
  CanaryExecution,
  CanaryRequest,
  CanaryStarted,
  canaryConfigOf,
  executionIdOf,
  executionOf,
  sequenceOf,
} from './kayenta.ts';
