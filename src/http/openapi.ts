import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { Problem } from '../problem.ts';
import { openApiSchemaOf } from './json-schema.ts';

/** Escapes of the router (`::`) are not part of an address as people write it. */
const unescaped = (path: string): string => path.replaceAll('::', ':');

/** The OpenAPI 3.1 document of all routes, from the schemas that validate them; keys sorted, so that it can be compared. */
export function createOpenApiDocument(app: NestFastifyApplication, version: string): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Assay')
    .setDescription(
      'Experimentation and statistics: send impressions and conversions, define experiments, read scorecards. ' +
        'Errors are RFC 9457 problem documents. Every route but the health checks needs a bearer token.',
    )
    .setVersion(version)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'assay_pat_…' })
    .addSecurityRequirements('bearer')
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    standardSchemaConverter: openApiSchemaOf as never,
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
  });
  const problem = openApiSchemaOf(Problem, { schemaType: 'output' });
  const response = {
    description: 'What went wrong',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
  for (const item of Object.values(document.paths))
    for (const operation of Object.values(item))
      if (typeof operation === 'object' && operation !== null && 'responses' in operation)
        Object.assign(operation.responses, { default: response });
  document.paths = Object.fromEntries(
    Object.entries(document.paths)
      .map(([path, item]) => [unescaped(path), item] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  const components = document.components ?? {};
  const schemas: Record<string, unknown> = { ...components.schemas, ...problem?.components };
  document.components = {
    ...components,
    schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))) as never,
  };
  return document;
}
