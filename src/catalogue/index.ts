export { AttributeFilter, AttributeFilters } from './attribute-filter.ts';
export { CatalogueModule } from './catalogue.module.ts';
export { Catalogue, type CatalogueDeps, type CatalogueHooks } from './catalogue.ts';
export type { Change } from './changes.ts';
export { Environment } from './environment.ts';
export {
  Arm,
  type Epoch,
  ExperimentDefinition,
  type ExperimentPlan,
  type ExperimentStatus,
  type MetricRole,
  type PlannedMetric,
  type Segment,
  StatisticsSettings,
} from './experiment.ts';
export { EpochView, Experiment, OpenEpoch } from './experiment-view.ts';
export { Flag } from './flag.ts';
export type { RepeatableRequest } from './idempotency.ts';
export { Key } from './key.ts';
export { Metric, MetricCap, MetricSource, type MetricVersion } from './metric.ts';
export { MetricView } from './metric-view.ts';
export { SegmentDefinition } from './segment.ts';
