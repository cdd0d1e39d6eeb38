export { OperationsModule } from './operations.module.ts';
export type { OpenApiHolder } from './readiness.ts';
