import { lookup } from 'node:dns';
import { guardedFetch } from '../../src/engines/index.ts';

/** What tests send with: everything is permitted, and the rest is as the service does it. */
export const fetchAnywhere = guardedFetch({ objectionTo: () => null, lookup });
