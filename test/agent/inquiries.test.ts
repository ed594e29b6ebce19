import { describe, expect, test } from 'vitest';
import { inquire, testimonyRoute } from '../../src/agent/inquiries.ts';
import type { Member } from '../../src/model/member.ts';
import type { Testimony } from '../../src/model/pool.ts';
import type { PeerAsk } from '../../src/peer/client.ts';
import type { PeerCall } from '../../src/peer/route.ts';
import { member } from '../support/nodes.ts';

const NOTHING: Testimony = { evidence: [], accusations: new Map() };
const self = member('1', { name: 'me' });
const one = (name: string, change: Partial<Member> = {}) =>
  member(`id-${name}`, { name, address: name, tags: new Map([['pp', '6767']]), ...change });

/** Asks a pool of these about `x`; `answers` gives what each says, by its name. */
async function asked(members: readonly Member[], answers: (name: string, ask: PeerAsk) => unknown, now = () => 0) {
  const pool = {
    self,
    members: new Map([self, ...members].map((each) => [each.id, each])),
    why: (name: string) => ({ name, evidence: [], summary: `${name} is dead` }),
    testimony: () => NOTHING,
  };
  const client = {
    ask: async ({ address }: { address: string }, ask: PeerAsk) => {
      const answer = await answers(address, ask);
      return { status: 200, body: Buffer.alloc(0), json: () => answer };
    },
  };
  return await inquire('x', { pool, client, now });
}

const said = (by: string) => ({
  evidence: [{ at: 5, kind: 'suspect', by, incarnation: 2, detail: { ms: 7 } }],
  accusations: [[by, ['x', 'y']]],
});

describe('an inquiry of the pool', () => {
  test('asks every living node of ours in the own zone, and nobody else', async () => {
    const names: string[] = [];
    const members = [
      one('a'),
      one('b'),
      one('dead', { state: 'dead' }),
      one('left', { state: 'left' }),
      one('serf', { kind: 'serf' }),
      one('far', { zone: 'other' }),
    ];
    const { answered, silent } = await asked(members, (name, { path }) => {
      names.push(`${name} ${path}`);
      return said(name);
    });
    expect(names.sort()).toEqual(['a', 'b'].map((name) => `${name} /peer/v1/gossip/testimony?node=x`));
    expect([[...answered].sort(), silent.size]).toEqual([['a', 'b'], 0]);
  });

  test('puts together what they saw and whom they know as accusers', async () => {
    const { evidence, accusers } = await asked([one('a'), one('y')], (name) => said(name));
    expect(evidence).toMatchObject([
      { at: 5, kind: 'suspect', detail: new Map([['ms', 7]]) },
      { at: 5, kind: 'suspect' },
    ]);
    expect(evidence.map(({ by, witness }) => `${by} ${witness}`).sort()).toEqual(['a a', 'y y']);
    expect(accusers[0]).toMatchObject({ isOfThis: true, accused: ['x', 'y'], healthy: ['y'] });
  });

  test.each<[string, (name: string) => unknown, string]>([
    ['that fails', () => Promise.reject(new Error('broken')), 'broken'],
    ['that answers with something else', () => ({ evidence: 'none' }), 'it answered with something else'],
    [
      'that tells too much',
      (name) => ({ ...said(name), accusations: Array(300).fill(['a', []]) }),
      'it answered with something else',
    ],
  ])('names a node %s', async (_, answers, reason) => {
    expect([...(await asked([one('a')], answers)).silent]).toEqual([['a', reason]]);
  });

  test('names a node whose door for peers is closed without asking it', async () => {
    const { silent } = await asked([one('a', { tags: new Map([['pp', '0']]) })], () => expect.fail('asked'));
    expect([...silent]).toEqual([['a', 'its door for peers is closed']]);
  });

  test('has at most 32 questions under way, and ends in time', async () => {
    let [now, open, most] = [0, 0, 0];
    const { answered, silent } = await asked(
      Array.from({ length: 200 }, (_, place) => one(`n${place}`)),
      async (name) => {
        open += 1;
        most = Math.max(most, open);
        await Promise.resolve();
        open -= 1;
        now += 100;
        return said(name);
      },
      () => now,
    );
    expect(most).toBeLessThanOrEqual(32);
    expect(answered.length + silent.size).toBe(200);
    expect(answered.length).toBeLessThan(120);
    expect(new Set(silent.values())).toEqual(new Set(['there was no time left to ask it']));
  });
});

describe('a peer that asks', () => {
  const route = testimonyRoute({ self, testimony: (name) => ({ ...NOTHING, accusations: new Map([[name, ['y']]]) }) });
  const call = (zone: string, query: string) =>
    ({ peer: { zone }, query: new URLSearchParams(query) }) as unknown as PeerCall;

  test('is told what this node knows', () => {
    expect(route.handle(call('internet', 'node=x'))).toEqual({ evidence: [], accusations: [['x', ['y']]] });
  });

  test('must be of the same zone and name a member', () => {
    expect(() => route.handle(call('lan', 'node=x'))).toThrow('same zone');
    expect(() => route.handle(call('internet', ''))).toThrow('?node=NAME');
  });
});
