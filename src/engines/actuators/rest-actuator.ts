import type { Acted, Actuator, Order, PreflightCheck, Reach, Seen } from './actuator.ts';
import { type EngineAnswer, EngineFault, type EngineHttp, type EngineRequest } from './engine-http.ts';

/** What makes one engine's API different from another's. `flag` is always the one here, never the engine's key. */
export interface Target {
  readonly flags: readonly string[];
  reach(flag: string): Reach;
  pauses(flag: string): boolean;
  /** What tells the engine. */
  request(order: Order): EngineRequest;
  /** Whether a repetition is refused by the engine, so that it is asked first. */
  readonly askFirst: boolean;
  /** What reads the flag. */
  state(flag: string, action: Order['action']): EngineRequest;
  /** What a state document says; null: it is not of the expected shape. */
  read(document: unknown, order: Pick<Order, 'flag' | 'action'>): Seen | null;
  /** What else a state document says about being armed. */
  checks(document: unknown, flag: string): PreflightCheck[];
  /** Whether a refusal means that a person has to approve. */
  needsApproval(answer: EngineAnswer): boolean;
}

/** Tells one engine over HTTP, the same way whatever the engine: what differs is its {@link Target}. */
export function restActuator(target: Target, http: EngineHttp): Actuator {
  async function readBack(order: Order): Promise<Seen> {
    try {
      const answer = await http.send(target.state(order.flag, order.action));
      if (answer.status !== 200) return unknown(`Reading back was answered with ${answer.status}.`);
      return target.read(answer.json, order) ?? unknown('Reading back gave something else than the flag.');
    } catch (error) {
      return unknown(faultOf(error).message);
    }
  }

  async function act(order: Order): Promise<Acted> {
    if (target.askFirst) {
      const seen = await readBack(order);
      if (seen.state === 'stopped') return { kind: 'done', already: true, detail: seen.detail };
    }
    try {
      return judge(await http.send(target.request(order)));
    } catch (error) {
      return { kind: 'failed', detail: faultOf(error).message, retryAfterMs: 0 };
    }
  }

  function judge(answer: EngineAnswer): Acted {
    const { status, form, retryAfterMs } = answer;
    // 202: taken, and not done yet.
    if (target.needsApproval(answer) || (status === 202 && form !== 'other'))
      return {
        kind: 'pendingApproval',
        detail: `The engine wants a person’s approval (${status}); approve it there, or let this credential bypass it.`,
      };
    if (status >= 200 && status < 300) {
      if (form === 'other')
        return failed(`The engine answered ${status} with something else than JSON.`, retryAfterMs);
      return { kind: 'done', already: false, detail: `The engine answered ${status}.` };
    }
    return failed(refusal(status), retryAfterMs);
  }

  return {
    reach: (flag) => target.reach(flag),
    pauses: (flag) => target.pauses(flag),
    describe: (order) => {
      const { method, path, body } = target.request(order);
      return `${method} ${path}${body === undefined ? '' : ` ${JSON.stringify(body)}`}`;
    },
    act,
    readBack,
    async preflight() {
      const checks: PreflightCheck[] = [];
      for (const flag of target.flags) checks.push(...(await preflightOf(flag)));
      return checks;
    },
  };

  async function preflightOf(flag: string): Promise<PreflightCheck[]> {
    let answer: EngineAnswer;
    try {
      answer = await http.send(target.state(flag, 'turnOff'));
    } catch (error) {
      const fault = faultOf(error);
      const check = fault.kind === 'credential' ? 'credential' : 'reachable';
      return [{ flag, check, ok: false, detail: fault.message }];
    }
    const { status, json } = answer;
    if (status === 401 || status === 403)
      return [{ flag, check: 'credential', ok: false, detail: refusal(status) }];
    if (status === 404) return [{ flag, check: 'flag', ok: false, detail: refusal(status) }];
    if (status !== 200) return [{ flag, check: 'reachable', ok: false, detail: refusal(status) }];
    const seen = target.read(json, { flag, action: 'turnOff' });
    if (seen === null)
      return [{ flag, check: 'flag', ok: false, detail: 'The answer is not the flag: look at baseUrl.' }];
    return [{ flag, check: 'flag', ok: true, detail: seen.detail }, ...target.checks(json, flag)];
  }
}

const unknown = (detail: string): Seen => ({ state: 'unknown', detail });
const failed = (detail: string, retryAfterMs: number): Acted => ({ kind: 'failed', detail, retryAfterMs });

/** Of an error that `EngineHttp.send` threw; anything else is our own fault and goes on. */
function faultOf(error: unknown): EngineFault {
  if (error instanceof EngineFault) return error;
  throw error;
}

/** The engine's own words stay out: they may repeat what was sent. */
function refusal(status: number): string {
  if (status >= 300 && status < 400)
    return `The engine answered ${status}, a redirection, which is not followed; correct baseUrl.`;
  switch (status) {
    case 401:
      return 'The engine answered 401: the credential is not valid there.';
    case 403:
      return 'The engine answered 403: the credential may not do this.';
    case 404:
      return 'The engine answered 404: it has no such flag, project or environment.';
    case 409:
      return 'The engine answered 409: another change is under way.';
    case 429:
      return 'The engine answered 429: too many requests.';
    default:
      return `The engine answered ${status}.`;
  }
}
