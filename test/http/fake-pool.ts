import { createHash } from 'node:crypto';
import { OpsbroError } from '../../src/base/errors.ts';
import type { Inquiry, KeyringAnswer, PoolActions, UserEvent } from '../../src/model/pool.ts';

const bytes = Buffer.alloc(16, 7);

/** A key that the fake node has. */
export const OWN_KEY = {
  base64: bytes.toString('base64'),
  fingerprint: createHash('sha256').update(bytes).digest('hex').slice(0, 16),
};

/** How a member answered about its keys. */
export const keysOf = (node: string, keys: readonly string[], over: Partial<KeyringAnswer> = {}): KeyringAnswer => ({
  node,
  ok: true,
  message: '',
  keys,
  primary: keys[0] ?? '',
  ...over,
});

/** What two nodes of the fake pool know of a third. */
export const fakeInquire = async (name: string): Promise<Inquiry> => ({
  name,
  summary: `${name} is dead since then`,
  evidence: [{ at: 1_000, kind: 'suspect', by: 'one', witness: 'one', incarnation: 3, detail: new Map() }],
  answered: ['two'],
  silent: new Map([['three', 'its door for peers is closed']]),
  accusers: [{ name: 'one', isOfThis: true, accused: [name, 'two'], healthy: ['two'] }],
});

/** A pool that answers at once and notes what it was told to do. */
export function fakePool(done: string[] = [], over: Partial<PoolActions> = {}): PoolActions {
  const events: UserEvent[] = [];
  return {
    join: async (addresses) => ({ joined: addresses.length, errors: new Map() }),
    forceLeave: (name) => void done.push(`force ${name}`),
    ping: async (name) => (name === 'one' ? 0.8 : undefined),
    why: (name) => ({
      name,
      summary: `${name} is dead since then`,
      evidence: [
        { at: 1_000, kind: 'probe-timeout', by: 'one', incarnation: 3, detail: new Map([['ms', 500]]) },
        { at: Date.now(), kind: 'dead', by: 'one', incarnation: 3, detail: new Map() },
      ],
    }),
    events: () => events,
    addEvent(name, payload = Buffer.from(JSON.stringify({ id: '0123456789abcdef', from: 'one', at: 5 }))) {
      if (name.length + payload.length > 512) throw new OpsbroError('bad_request', 'event too large');
      const event = { name, payload, lTime: events.length + 1, heard: 5, replayed: false };
      events.push(event);
      return event;
    },
    async query({ name, payload, filters }, heard) {
      done.push(
        `query ${name} ${Buffer.from(payload)} ${filters.nodes ?? '*'} ${JSON.stringify([...(filters.tags ?? [])])}`,
      );
      const answers = [{ from: 'two', payload: Buffer.from('pong') }];
      for (const answer of answers) heard?.(answer);
      return { acks: ['one', 'two'], answers, timeoutMs: 3_200 };
    },
    async keyring(operation, key) {
      done.push(key === undefined ? operation : `${operation} ${key}`);
      return { answers: [keysOf('one', [OWN_KEY.fingerprint]), keysOf('two', [OWN_KEY.fingerprint])], silent: [] };
    },
    coordinates: () => [{ node: 'one', vec: [1, 2, 3, 4, 5, 6, 7, 8], height: 0.1, adjustment: 0, error: 1.5 }],
    roundTrip: (from, to) => (from === to ? {} : { estimatedMs: 1.5, measuredMs: 1.25 }),
    detect: async (timeoutMs, device) => {
      done.push(`detect ${timeoutMs} ${device}`);
      return [
        { id: 'i', name: 'three', zone: 'lan', address: '10.0.0.3', port: 6_768, isProxy: true, groups: ['linux'] },
      ];
    },
    ...over,
  };
}
