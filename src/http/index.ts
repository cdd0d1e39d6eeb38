export { Problem } from '../problem.ts';
export { createHttpApp } from './create-http-app.ts';
export { Documented } from './documented.ts';
export { createOpenApiDocument } from './openapi.ts';
