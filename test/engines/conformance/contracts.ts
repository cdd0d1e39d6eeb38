import type { EngineKind } from '../../../src/engines/connections/index.ts';
import type { Contract, FakeAnswer, FakeRequest } from './fake-engine.ts';

/** What an engine is like in a test: what it does of itself, and how it may be set up against us. */
export interface Setup {
  /** A person has to approve changes. */
  readonly approval?: boolean;
  /** What the engine serves when the flag is off is not control. */
  readonly offIsTreatment?: boolean;
}

export interface Recorded {
  readonly kind: Exclude<EngineKind, 'flagd'>;
  /** What the credential's file holds. */
  readonly credential: string;
  connection(baseUrl: string, changes?: Readonly<Record<string, unknown>>): unknown;
  contract(setup: Setup): Contract;
  /** The request that stops the treatment. */
  readonly stops: { readonly method: string; readonly url: string; readonly body?: unknown };
  /** The status with which it refuses where a person has to approve. */
  readonly approvalStatus: number;
  /** Whether what off serves can be read from the engine. */
  readonly knowsOff: boolean;
  /** Whether a repetition of what is done is refused. */
  readonly refusesRepetition?: boolean;
}

const SECRET = 'engine-secret-7d1f';

const common = (key: string, baseUrl: string) => ({
  key,
  environment: 'production',
  baseUrl,
  credentialFile: key,
  dryRun: false,
  timeoutSeconds: 1,
  confirmWithinSeconds: 60,
  quietSeconds: 10,
});

const is = (request: FakeRequest, method: string, url: string) =>
  request.method === method && request.url === url;

const bearer = (headers: FakeRequest['headers'], text: string) => headers.authorization === text;

const unleash: Recorded = {
  kind: 'unleash',
  credential: `*:*.${SECRET}`,
  connection: (baseUrl, changes) => ({
    ...common('unleash', baseUrl),
    ...{ kind: 'unleash', project: 'default', engineEnvironment: 'production' },
    flags: [{ flag: 'checkout', engineKey: 'checkout/v 2' }],
    ...changes,
  }),
  contract: ({ approval }) => {
    let enabled = true;
    const flag = '/api/admin/projects/default/features/checkout%2Fv%202/environments/production';
    return {
      admits: (headers) => bearer(headers, `*:*.${SECRET}`),
      serving: () => enabled,
      turnOn: () => {
        enabled = true;
      },
      answer(request) {
        if (is(request, 'GET', flag))
          return { status: 200, body: { name: 'production', enabled, strategies: [] } };
        if (!is(request, 'POST', `${flag}/off`)) return null;
        if (approval)
          return {
            status: 403,
            body: {
              name: 'PermissionError',
              message: 'You need the "SKIP_CHANGE_REQUEST" permission to do this.',
            },
          };
        enabled = false;
        // As recorded from Unleash 8: 200 without a body.
        return { status: 200 };
      },
    };
  },
  stops: {
    method: 'POST',
    url: '/api/admin/projects/default/features/checkout%2Fv%202/environments/production/off',
  },
  approvalStatus: 403,
  knowsOff: false,
};

const growthbook: Recorded = {
  kind: 'growthbook',
  credential: `secret_${SECRET}`,
  connection: (baseUrl, changes) => ({
    ...common('growthbook', baseUrl),
    ...{ kind: 'growthbook', engineEnvironment: 'production' },
    flags: [{ flag: 'checkout', engineKey: 'checkout' }],
    ...changes,
  }),
  contract: ({ approval }) => {
    let enabled = true;
    const view = () => ({
      feature: { id: 'checkout', environments: { production: { enabled } } },
    });
    return {
      admits: (headers) => bearer(headers, `Bearer secret_${SECRET}`),
      serving: () => enabled,
      answer(request) {
        if (is(request, 'GET', '/api/v2/features/checkout')) return { status: 200, body: view() };
        if (!is(request, 'POST', '/api/v2/features/checkout/toggle')) return null;
        if (approval)
          return {
            status: 403,
            body: { message: 'This feature requires a review before publishing changes to: production.' },
          };
        enabled = false;
        return { status: 200, body: view() };
      },
    };
  },
  stops: {
    method: 'POST',
    url: '/api/v2/features/checkout/toggle',
    body: { reason: 'because', environments: { production: false } },
  },
  approvalStatus: 403,
  knowsOff: false,
};

const growthbookRamp: Recorded = {
  ...growthbook,
  connection: (baseUrl, changes) => ({
    ...common('growthbook', baseUrl),
    ...{ kind: 'growthbook', engineEnvironment: 'production' },
    flags: [{ flag: 'checkout', engineKey: 'checkout', rampSchedule: 'rs_1' }],
    ...changes,
  }),
  contract: ({ approval }) => {
    let status = 'running';
    const address = '/api/v1/ramp-schedules/rs_1';
    const act = (from: readonly string[], to: string): FakeAnswer => {
      if (approval) return { status: 400, body: { message: 'This ramp step awaits approval' } };
      if (!from.includes(status))
        return { status: 400, body: { message: `Cannot act on a ramp schedule in status "${status}"` } };
      status = to;
      return { status: 200, body: { rampSchedule: { id: 'rs_1', status } } };
    };
    return {
      admits: (headers) => bearer(headers, `Bearer secret_${SECRET}`),
      serving: () => status !== 'rolled-back',
      answer(request) {
        if (is(request, 'GET', address))
          return { status: 200, body: { rampSchedule: { id: 'rs_1', status } } };
        if (is(request, 'POST', `${address}/actions/pause`)) return act(['running'], 'paused');
        if (is(request, 'POST', `${address}/actions/rollback`))
          return act(['running', 'paused'], 'rolled-back');
        return null;
      },
    };
  },
  stops: { method: 'POST', url: '/api/v1/ramp-schedules/rs_1/actions/rollback', body: { reason: 'because' } },
  approvalStatus: 400,
  refusesRepetition: true,
};

const launchdarkly: Recorded = {
  kind: 'launchdarkly',
  credential: `api-${SECRET}`,
  connection: (baseUrl, changes) => ({
    ...common('launchdarkly', baseUrl),
    ...{ kind: 'launchdarkly', project: 'shop', engineEnvironment: 'production' },
    flags: [{ flag: 'checkout', engineKey: 'checkout', controlVariation: 'v-control' }],
    ...changes,
  }),
  contract: ({ approval, offIsTreatment }) => {
    let on = true;
    let fallthrough: unknown = { rollout: { variations: [] } };
    const address = '/api/v2/flags/shop/checkout';
    const view = () => ({
      key: 'checkout',
      variations: [
        { _id: 'v-control', value: false },
        { _id: 'v-new', value: true },
      ],
      environments: {
        production: { on, offVariation: offIsTreatment ? 1 : 0, fallthrough, rules: [], targets: [] },
      },
    });
    return {
      admits: (headers) => bearer(headers, `api-${SECRET}`),
      serving: () => (on ? 'rollout' in (fallthrough as object) : offIsTreatment === true),
      answer(request) {
        if (is(request, 'GET', `${address}?env=production`)) return { status: 200, body: view() };
        if (request.method !== 'PATCH' || !request.url.startsWith(address)) return null;
        if (approval)
          return { status: 405, body: { code: 'method_not_allowed', message: 'Approval is required' } };
        if (!request.headers['content-type']?.includes('domain-model=launchdarkly.semanticpatch'))
          return { status: 400, body: { code: 'invalid_request', message: 'expected a JSON patch' } };
        // Of a scheduled change.
        if (!request.url.includes('ignoreConflicts=true'))
          return {
            status: 400,
            body: { code: 'conflict', message: 'would conflict with a scheduled change' },
          };
        const [instruction] = (request.body as { instructions: { kind: string }[] }).instructions;
        if (instruction?.kind === 'turnFlagOff') on = false;
        if (instruction?.kind === 'updateFallthroughVariationOrRollout') fallthrough = { variation: 0 };
        return { status: 200, body: view() };
      },
    };
  },
  stops: {
    method: 'PATCH',
    url: '/api/v2/flags/shop/checkout?ignoreConflicts=true',
    body: {
      environmentKey: 'production',
      comment: 'because',
      instructions: [{ kind: 'turnFlagOff' }],
    },
  },
  approvalStatus: 405,
  knowsOff: true,
};

const launchdarklyPinned: Recorded = {
  ...launchdarkly,
  connection: (baseUrl, changes) => launchdarkly.connection(baseUrl, { reach: 'pinToControl', ...changes }),
  stops: {
    ...launchdarkly.stops,
    body: {
      environmentKey: 'production',
      comment: 'because',
      instructions: [{ kind: 'updateFallthroughVariationOrRollout', variationId: 'v-control' }],
    },
  },
  knowsOff: false,
};

const statsig: Recorded = {
  kind: 'statsig',
  credential: `console-${SECRET}`,
  connection: (baseUrl, changes) => ({
    ...common('statsig', baseUrl),
    kind: 'statsig',
    flags: [{ flag: 'checkout', engineKey: 'checkout' }],
    ...changes,
  }),
  contract: ({ approval }) => {
    let isEnabled = true;
    const view = () => ({
      message: 'Gate read successfully.',
      data: { id: 'checkout', isEnabled, reviewSettings: { requiredReview: approval === true } },
    });
    return {
      admits: (headers) => headers['statsig-api-key'] === `console-${SECRET}`,
      serving: () => isEnabled,
      answer(request) {
        if (is(request, 'GET', '/console/v1/gates/checkout')) return { status: 200, body: view() };
        if (!is(request, 'PUT', '/console/v1/gates/checkout/disable')) return null;
        if (approval) return { status: 403, body: { message: 'This gate requires a review' } };
        isEnabled = false;
        return { status: 200, body: view() };
      },
    };
  },
  stops: { method: 'PUT', url: '/console/v1/gates/checkout/disable' },
  approvalStatus: 403,
  knowsOff: false,
};

const split: Recorded = {
  kind: 'split',
  credential: SECRET,
  connection: (baseUrl, changes) => ({
    ...common('split', baseUrl),
    ...{ kind: 'split', workspace: 'ws1', engineEnvironment: 'production' },
    flags: [{ flag: 'checkout', engineKey: 'checkout', controlTreatment: 'off' }],
    ...changes,
  }),
  contract: ({ approval, offIsTreatment }) => {
    let killed = false;
    const address = '/internal/api/v2/splits/ws/ws1/checkout/environments/production';
    const view = () => ({ name: 'checkout', killed, defaultTreatment: offIsTreatment ? 'on' : 'off' });
    return {
      admits: (headers) => bearer(headers, `Bearer ${SECRET}`),
      serving: () => !killed || offIsTreatment === true,
      answer(request) {
        if (is(request, 'GET', address)) return { status: 200, body: view() };
        if (!is(request, 'PUT', `${address}/kill`)) return null;
        if (approval) return { status: 403, body: { code: 403, message: 'Approval is required here' } };
        killed = true;
        return { status: 200, body: view() };
      },
    };
  },
  stops: { method: 'PUT', url: '/internal/api/v2/splits/ws/ws1/checkout/environments/production/kill' },
  approvalStatus: 403,
  knowsOff: true,
};

const datadog: Recorded = {
  kind: 'datadog',
  credential: `api-${SECRET}\napp-${SECRET}`,
  connection: (baseUrl, changes) => ({
    ...common('datadog', baseUrl),
    ...{ kind: 'datadog', engineEnvironment: 'env-1' },
    flags: [{ flag: 'checkout', engineKey: 'flag-1', exposureSchedule: 'schedule-1' }],
    ...changes,
  }),
  contract: ({ approval }) => {
    let status = 'ENABLED';
    const address = '/api/v2/feature-flags/flag-1';
    return {
      admits: (headers) =>
        headers['dd-api-key'] === `api-${SECRET}` && headers['dd-application-key'] === `app-${SECRET}`,
      serving: () => status === 'ENABLED',
      answer(request) {
        if (is(request, 'GET', address))
          return {
            status: 200,
            body: {
              data: {
                attributes: {
                  feature_flag_environments: [
                    { environment_id: 'env-1', status, require_feature_flag_approval: approval === true },
                  ],
                },
              },
            },
          };
        const disable = is(request, 'POST', `${address}/environments/env-1/disable`);
        const pause = is(request, 'POST', '/api/v2/feature-flags/exposure-schedules/schedule-1/pause');
        if (!disable && !pause) return null;
        if (approval) return { status: 202, body: { data: { type: 'flag-suggestions' } } };
        if (disable) status = 'DISABLED';
        return { status: 200, body: { data: { id: 'schedule-1' } } };
      },
    };
  },
  stops: { method: 'POST', url: '/api/v2/feature-flags/flag-1/environments/env-1/disable' },
  approvalStatus: 202,
  knowsOff: false,
};

/** What each engine's documentation says, and Unleash's as it was recorded from a running one. */
export const RECORDED: Readonly<Record<string, Recorded>> = {
  Unleash: unleash,
  GrowthBook: growthbook,
  'a ramp of GrowthBook': growthbookRamp,
  LaunchDarkly: launchdarkly,
  'LaunchDarkly, pinned to control': launchdarklyPinned,
  Statsig: statsig,
  Split: split,
  Datadog: datadog,
};

/** Part of every credential: what may be found nowhere. */
export const CREDENTIAL_MARK = SECRET;
