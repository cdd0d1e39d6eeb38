import 'reflect-metadata';

/**
 * Leaves what `emitDecoratorMetadata` would have left for @nestjs/swagger: without it a route's parameters and body
 * are silently missing from the OpenAPI document. Belongs below the route decorator of every handler.
 */
export const Documented: MethodDecorator = (prototype, key) => {
  const handler: unknown = Reflect.get(prototype, key);
  const count = typeof handler === 'function' ? handler.length : 0;
  Reflect.defineMetadata(
    'design:paramtypes',
    Array.from({ length: count }, () => Object),
    prototype,
    key,
  );
};
