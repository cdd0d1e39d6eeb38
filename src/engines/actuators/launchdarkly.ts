import type { ConnectionOf } from '../connections/index.ts';
import type { PreflightCheck } from './actuator.ts';
import { path } from './engine-http.ts';
import { flagFinder } from './flag-finder.ts';
import { at, mentions } from './json-path.ts';
import type { Target } from './rest-actuator.ts';

const SEMANTIC_PATCH = 'application/json; domain-model=launchdarkly.semanticpatch';

/**
 * LaunchDarkly: turned off, or its fallthrough pinned to control. 405 where approvals are required; `ignoreConflicts`,
 * because a scheduled change must not keep harm alive. Off serves the off variation, which preflight compares.
 */
export function launchDarklyTarget(connection: ConnectionOf<'launchdarkly'>): Target {
  const { project, engineEnvironment, flags, reach } = connection;
  const find = flagFinder(flags);
  const address = (flag: string) => path`/api/v2/flags/${project}/${find(flag).engineKey}`;

  const inEnvironment = (document: unknown) => at(document, 'environments', engineEnvironment);
  const variationId = (document: unknown, index: unknown) =>
    typeof index === 'number' ? at(document, 'variations', index, '_id') : undefined;
  /** Whether no rule or target goes before the fallthrough. */
  const unruled = (document: unknown) =>
    ['rules', 'targets', 'contextTargets'].every((name) => {
      const list = at(inEnvironment(document), name);
      return list === undefined || (Array.isArray(list) && list.length === 0);
    });
  const pinned = (document: unknown, flag: string) =>
    unruled(document) &&
    variationId(document, at(inEnvironment(document), 'fallthrough', 'variation')) ===
      find(flag).controlVariation;
  const offServesControl = (document: unknown, flag: string) =>
    variationId(document, at(inEnvironment(document), 'offVariation')) === find(flag).controlVariation;

  return {
    flags: flags.map(({ flag }) => flag),
    reach: () => reach,
    pauses: () => false,
    askFirst: false,
    request: ({ flag, why }) => ({
      method: 'PATCH',
      path: `${address(flag)}?ignoreConflicts=true`,
      contentType: SEMANTIC_PATCH,
      body: {
        environmentKey: engineEnvironment,
        comment: why,
        instructions: [
          reach === 'wholeFlag'
            ? { kind: 'turnFlagOff' }
            : { kind: 'updateFallthroughVariationOrRollout', variationId: find(flag).controlVariation },
        ],
      },
    }),
    state: (flag) => ({
      method: 'GET',
      path: `${address(flag)}?env=${encodeURIComponent(engineEnvironment)}`,
    }),
    read(document, { flag }) {
      const on = at(inEnvironment(document), 'on');
      if (typeof on !== 'boolean') return null;
      if (!on)
        return offServesControl(document, flag)
          ? { state: 'stopped', detail: `It is off in ${engineEnvironment} and serves control.` }
          : {
              state: 'serving',
              detail: `It is off in ${engineEnvironment}, but serves another variation than control.`,
            };
      if (reach === 'pinToControl' && pinned(document, flag))
        return { state: 'stopped', detail: `Its fallthrough in ${engineEnvironment} serves control alone.` };
      return { state: 'serving', detail: `It is on in ${engineEnvironment}.` };
    },
    checks(document, flag) {
      const controlKnown =
        Array.isArray(at(document, 'variations')) &&
        (at(document, 'variations') as unknown[]).some(
          (variation) => at(variation, '_id') === find(flag).controlVariation,
        );
      const serves = offServesControl(document, flag);
      const checks: PreflightCheck[] = [
        {
          flag,
          check: 'offServesControl',
          ok: reach === 'pinToControl' ? controlKnown : serves,
          detail:
            reach === 'pinToControl'
              ? `The variation controlVariation ${controlKnown ? 'is there' : 'is not there'}.`
              : `The off variation ${serves ? 'is' : 'is not'} control.`,
        },
      ];
      if (reach === 'pinToControl' && !unruled(document))
        checks.push({
          flag,
          check: 'offServesControl',
          ok: false,
          detail: 'It has rules or targets, which go before the fallthrough; take reach wholeFlag.',
        });
      return checks;
    },
    needsApproval: ({ status, json }) => status === 405 || (status === 403 && mentions(json, /approval/i)),
  };
}
