export { OperationsModule } from './operations.module.ts';
export type { OpenApiHolder, ReadinessCheck } from './readiness.ts';
