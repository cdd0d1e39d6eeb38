import { afterAll, beforeAll, describe } from 'vitest';
import { failureCases } from './stream/failures.ts';
import { groupCases } from './stream/groups.ts';
import { loginCases } from './stream/logins.ts';
import { messageCases } from './stream/messages.ts';
import { offsetCases } from './stream/offsets.ts';
import { outageCases } from './stream/outages.ts';
import { type StreamHarness, Suite } from './stream/suite.ts';
import { topicCases } from './stream/topics.ts';

export type { StreamHarness, StreamSettings } from './stream/suite.ts';

/** What every adapter of the stream port must do. */
export function streamContract(adapter: string, harness: StreamHarness): void {
  describe(`stream contract: ${adapter}`, () => {
    const suite = new Suite(harness);
    beforeAll(() => suite.start());
    afterAll(() => suite.end());

    topicCases(suite);
    messageCases(suite);
    offsetCases(suite);
    groupCases(suite);
    failureCases(suite);
    loginCases(suite);
    outageCases(suite);
  });
}
