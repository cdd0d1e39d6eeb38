/** One part that must work for the process to be ready; rejects with a sentence when it does not. */
export interface ReadinessCheck {
  readonly name: string;
  /** What it gives, where that is text, is told. */
  check(): Promise<unknown>;
}

/** Filled once all routes are known, which is after the modules were made. */
export interface OpenApiHolder {
  document: object | null;
}

export const READINESS_CHECKS = Symbol('readiness checks');
export const REGISTRY = Symbol('prometheus registry');
export const OPENAPI = Symbol('OpenAPI document');
