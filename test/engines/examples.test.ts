import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';

const file = (name: string) =>
  readFileSync(new URL(`../../examples/flagger/${name}`, import.meta.url), 'utf8');

it('Flagger asks the gate before it promotes and the rollback all the time, never as a check that may fail', () => {
  const { spec } = parse(file('canary.yaml')) as {
    spec: {
      analysis: {
        webhooks: { type: string; url: string }[];
        metrics: { templateRef: { name: string }; thresholdRange: { max: number } }[];
      };
    };
  };
  expect(spec.analysis.webhooks.map(({ type, url }) => [type, new URL(url).pathname])).toEqual([
    ['confirm-promotion', '/flagger/GATE_TOKEN/gate'],
    ['rollback', '/flagger/GATE_TOKEN/rollback'],
  ]);
  const template = parse(file('metric-template.yaml')) as {
    metadata: { name: string };
    spec: { query: string };
  };
  expect(spec.analysis.metrics[0]?.templateRef.name).toBe(template.metadata.name);
  expect(template.spec.query).toContain('assay_decision_verdict{');
});
