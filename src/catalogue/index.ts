export { AttributeFilter } from './attribute-filter.ts';
export { CatalogueModule } from './catalogue.module.ts';
export { Catalogue } from './catalogue.ts';
export { type Change, Changes } from './changes.ts';
export { conditionalHeaders, etagHeader, patchTypes, problems, repeatableHeaders } from './documentation.ts';
export type {
  Epoch,
  ExperimentPlan,
  MetricRole,
  PlannedMetric,
  Segment,
} from './experiment.ts';
export { Experiment } from './experiment-view.ts';
export { invalid, parseDocument } from './field-errors.ts';
export type { FlagWideWatch, UnwatchedFlag } from './flag-wide/index.ts';
export { DecisionPolicy, type FlagWide, GuardrailDefinition, type PlannedGuardrail } from './guardrail.ts';
export {
  changeOf,
  type HttpReply,
  type HttpRequest,
  ifMatchOf,
  MergePatch,
  StepBody,
  why,
  withEtag,
} from './http-change.ts';
export { Key } from './key.ts';
export { parsePatched } from './merge-patch.ts';
export { Metric, MetricSource } from './metric.ts';
export { type Precondition, parseIfMatch, requireCurrent } from './precondition.ts';
export { type StoredRow, storedFields, storedFieldsOf } from './stored.ts';
export { withGuardrails } from './with-guardrails.ts';
