import { describe, expect, test } from 'vitest';
import { gatheringZone, gatherRoute } from '../../src/agent/zone-gathering.ts';
import { alertToJson } from '../../src/alerts/case-json.ts';
import { silent } from '../../src/base/log.ts';
import type { Member } from '../../src/model/member.ts';
import type { PeerCall } from '../../src/peer/route.ts';
import type { MarkedAlerts } from '../../src/runtime/alerting.ts';
import { ALERT } from '../support/alert.ts';
import { member } from '../support/nodes.ts';
import { memoryShelf } from '../support/shelf.ts';

const node = (name: string, more: Partial<Member> = {}): Member =>
  member(`id-${name}`, { name, zone: 'lan', address: '10.0.0.1', tags: new Map([['pp', '6767']]), ...more });

const TOGETHER = { groupBy: [], groupWaitMs: 2_000, groupIntervalMs: 60_000 };
const given = (): MarkedAlerts => ({
  ...{ handler: 'ops', mark: 'm1', together: TOGETHER },
  items: [{ alert: { ...ALERT, labels: new Map([['team', 'db']]) }, action: 'fired' }],
});
const written = () => {
  const { items, ...rest } = given();
  return { ...rest, items: items.map((item) => ({ ...item, alert: alertToJson(item.alert) })) };
};

describe('what a node of the zone hands over', () => {
  async function hand(body: unknown, peer: Partial<PeerCall['peer']> = {}) {
    const taken: MarkedAlerts[] = [];
    const self = node('one');
    const route = gatherRoute({ membership: { self, members: new Map([[self.id, self]]) } }, async (each) => {
      taken.push(each);
    });
    const call = { peer: { zone: 'lan', proof: 'key', address: '10.0.0.9', ...peer }, json: () => body } as PeerCall;
    return { answer: await route.handle(call), taken };
  }

  test('is taken as it was', async () => {
    const { answer, taken } = await hand(written());
    expect(answer).toEqual({ taken: 1 });
    expect(taken).toEqual([given()]);
  });

  test.each<[string, unknown, Partial<PeerCall['peer']>, RegExp]>([
    ['of another zone', written(), { zone: 'dmz' }, /only nodes of the same zone/],
    ['of somebody without a key', written(), { proof: 'none' }, /in a zone with a key/],
    ['without alerts', { ...written(), items: [] }, {}, /no alerts to gather/],
    ['with an alert of no kind', { ...written(), items: [{ alert: {}, action: 'fired' }] }, {}, /no alerts to gather/],
    ['that waits for ever', { ...written(), together: { ...TOGETHER, groupWaitMs: 1e12 } }, {}, /no alerts to gather/],
  ])('is refused when it is %s', async (_, body, peer, text) => {
    await expect(hand(body, peer)).rejects.toThrow(text);
  });
});

describe('who gathers', () => {
  function zone(members: readonly Member[], answers: 'yes' | 'no' = 'yes') {
    const asked: unknown[] = [];
    const client = {
      async ask(to: unknown, { body }: { body?: unknown }) {
        asked.push(to, JSON.parse(JSON.stringify(body)));
        if (answers === 'no') throw new Error('it is another here');
        return { status: 200, headers: new Map(), json: () => ({ taken: 1 }) } as never;
      },
    };
    const [self = node('one')] = members;
    const membership = { self, members: new Map(members.map((each) => [each.id, each])) };
    return { asked, desk: gatheringZone({ membership, client, shelf: memoryShelf(), log: silent }) };
  }

  test('is one of the living nodes that have somebody to tell, in the same order for all', () => {
    const members = ['one', 'two', 'three', 'four'].map((name) => node(name, { takesNodeAlerts: name !== 'two' }));
    const dead = node('five', { takesNodeAlerts: true, state: 'dead' });
    const there = zone([...members, dead]).desk.order('alert/group/ops/[]');
    expect([...there].sort()).toEqual(['id-four', 'id-one', 'id-three']);
    expect(zone([...members, dead].toReversed()).desk.order('alert/group/ops/[]')).toEqual(there);
  });

  test('is any living node while none says that it has somebody to tell', () => {
    const order = zone(['one', 'two'].map((name) => node(name))).desk.order('alert/group/ops/[]');
    expect([...order].sort()).toEqual(['id-one', 'id-two']);
  });

  test('is another than the own node, if there is one', () => {
    const alone = node('one', { takesNodeAlerts: true });
    expect(zone([alone]).desk.hasOthers()).toBe(false);
    expect(zone([node('one')]).desk.hasOthers()).toBe(false);
    expect(zone([alone, node('two')]).desk.hasOthers()).toBe(false);
    expect(zone([node('one'), node('two', { takesNodeAlerts: true })]).desk.hasOthers()).toBe(true);
    expect(zone([node('one'), node('two')]).desk.hasOthers()).toBe(true);
  });

  test('is asked at its door, and passed over when it does not take them', async () => {
    const members = ['one', 'two'].map((name) => node(name));
    const { asked, desk } = zone(members);
    expect(await desk.give('id-two', given())).toBe('two');
    expect(asked).toEqual([{ address: '10.0.0.1', port: 6767 }, JSON.parse(JSON.stringify(written()))]);
    expect(await zone(members, 'no').desk.give('id-two', given())).toBeUndefined();
    expect(await desk.give('id-gone', given())).toBeUndefined();
  });
});
