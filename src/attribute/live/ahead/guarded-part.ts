import type { LiveBuild } from '../builds/index.ts';

/** A build with nothing but the metrics that guardrails are decided by, under its own id; null where it has none of them. */
export function guardedPart(build: LiveBuild, guarded: ReadonlySet<string>): LiveBuild | null {
  const metrics = build.plan.metrics.filter(({ definition }) => guarded.has(definition.key));
  if (metrics.length === 0) return null;
  return { ...build, segments: [], plan: { ...build.plan, metrics, segmentAttributes: [] } };
}
