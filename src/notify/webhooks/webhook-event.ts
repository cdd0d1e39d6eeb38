import type { Decision, Heartbeat } from '../../decide/index.ts';
import { contextOf } from '../cloud-event.ts';
import { heartbeatContext, heartbeatData } from '../heartbeat-event.ts';
import type { Message } from './signature.ts';

/** A decision as a structured CloudEvent; its id is the message's. */
export function decisionMessage(decision: Decision): Message {
  const context = contextOf(decision);
  return {
    id: context.id,
    body: JSON.stringify({ ...context, datacontenttype: 'application/json', data: decision }),
  };
}

/** A heartbeat as a structured CloudEvent, with the revision of the endpoint as the extension of that name. */
export function heartbeatMessage(heartbeat: Heartbeat, revision: number): Message {
  const context = heartbeatContext(heartbeat);
  const data = heartbeatData(heartbeat);
  return {
    id: context.id,
    body: JSON.stringify({
      ...{ ...context, revision: String(revision), datacontenttype: 'application/json', data },
    }),
  };
}

/** What an endpoint is sent that is tried out. */
export function testMessage(id: string, webhook: string, at: Date): Message {
  return {
    id,
    body: JSON.stringify({
      ...{ specversion: '1.0', id, source: `/api/v1/webhooks/${webhook}`, type: 'assay.webhook.test.v1' },
      ...{ time: at.toISOString(), datacontenttype: 'application/json' },
      data: { webhook },
    }),
  };
}
