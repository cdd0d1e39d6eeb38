export { AttributeFilter } from './attribute-filter.ts';
export { CatalogueModule } from './catalogue.module.ts';
export { Catalogue } from './catalogue.ts';
export type { Change } from './changes.ts';

export type {
  Epoch,
  ExperimentPlan,
  MetricRole,
  PlannedMetric,
  Segment,
} from './experiment.ts';
export { Experiment } from './experiment-view.ts';

export { Key } from './key.ts';
export { Metric, MetricSource } from './metric.ts';
