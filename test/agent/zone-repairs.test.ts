import { describe, expect, test } from 'vitest';
import { repairAt, repairRoute } from '../../src/agent/zone-repairs.ts';
import type { Member } from '../../src/model/member.ts';
import { type PeerCall, PeerReply } from '../../src/peer/route.ts';
import { fakeHealth } from '../http/fake-health.ts';
import { member } from '../support/nodes.ts';

const node = (name: string): Member =>
  member(`id-${name}`, { name, zone: 'internet', address: '10.0.0.1', tags: new Map([['pp', '6767']]) });
const membership = { self: node('two'), members: new Map([['id-two', node('two')]]) };
const WISH = {
  service: 'web',
  action: 'Restart',
  args: [],
  kwargs: {},
  dry_run: false,
  async: false,
  who: 'ann at one',
};

function open() {
  const health = fakeHealth({
    'pack/web': { service: 'web', state: 'critical', repair: [{ name: 'Restart', command: ['restart'] }] },
  });
  const route = repairRoute({ membership, health: health.part });
  const call = (body: unknown, peer: Partial<PeerCall['peer']> = {}) =>
    route.handle({
      peer: { zone: 'internet', proof: 'key', address: '10.0.0.9', ...peer },
      json: () => body,
    } as PeerCall);
  return { health, call };
}

describe('what a node of the zone asks for', () => {
  test('is repaired, and audited under the name of who asked there', async () => {
    const { health, call } = open();
    expect(await call(WISH)).toMatchObject({ dry_run: false, result: { fixed: true }, status: { health: true } });
    expect(health.acts).toHaveLength(1);
    expect(health.records.map(({ who }) => who)).toContain('ann at one');
  });

  test('may only be planned, or left to go on', async () => {
    const { health, call } = open();
    expect(await call({ ...WISH, dry_run: true })).toMatchObject({ dry_run: true, argv: ['restart'], result: null });
    expect(health.acts).toEqual([]);
    expect(await call({ ...WISH, async: true })).toMatchObject(new PeerReply({ result: null }, { status: 202 }));
  });

  test.each<[string, unknown, Partial<PeerCall['peer']>, RegExp]>([
    ['another zone', WISH, { zone: 'dmz' }, /only nodes of the same zone/],
    ['somebody without a key', WISH, { proof: 'none' }, /a zone with a key/],
    ['who knows no wish', { action: 1 }, {}, /no repair/],
  ])('is refused to %s', async (_, body, peer, text) => {
    const { health, call } = open();
    await expect(call(body, peer)).rejects.toThrow(text);
    expect(health.acts).toEqual([]);
  });
});

test('a repair for another node is passed on with the name of this one, one for this node is not', async () => {
  const { call } = open();
  const sent: unknown[] = [];
  const client = {
    async ask(_to: unknown, { body }: { readonly body?: unknown }) {
      sent.push(body);
      const answer = await call(body);
      return { status: 200, body: Buffer.alloc(0), json: () => JSON.parse(JSON.stringify(answer)) as unknown };
    },
  };
  const members = new Map(['one', 'two'].map((name) => [`id-${name}`, node(name)] as const));
  const pass = repairAt({ membership: { self: node('one'), members } }, client);
  const { service, ...rest } = { ...WISH, who: 'ann' };
  const asked = { ...rest, service };
  expect(pass('one', asked)).toBeUndefined();
  expect(() => pass('three', asked)).toThrow('no living node of this zone is named "three"');
  expect(await pass('two', asked)).toMatchObject({ status: 200, body: { result: { fixed: true } } });
  expect(sent).toMatchObject([{ service: 'web', who: 'ann at one' }]);
});
