import type { ApiParts } from '../../src/http/parts.ts';

/** An agent that is made of one part. */
export const fakeInside = (): ApiParts['inside'] => ({
  logParts: () => ['daemon', 'dns', 'gossip'],
  followLog: () => ({ [Symbol.dispose]() {} }),
  parts: () => [{ name: 'kv', state: 'ok', restarts: 2, lastError: 'a bug', timers: 3, busyMs: 40 }],
  modules: () => new Map([['dns', { state: 'STARTED', log: '', module_type: 'listener', configuration: {} }]]),
  hosting: () => [{ name: 'on-premise', isActive: true, uniqueId: 'abc', reason: '' }],
  isDebugShown: () => true,
  state: () => ({ state: 'ok' }),
});
