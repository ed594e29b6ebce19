import { expect, test } from 'vitest';
import { seeded } from '../../../src/base/random.ts';
import { Desk } from '../../../src/gossip/core/desk.ts';
import { OUR_VERSIONS } from '../../../src/gossip/core/node.ts';
import { PROFILES } from '../../../src/gossip/core/profile.ts';
import { Roster } from '../../../src/gossip/core/roster.ts';
import { Self } from '../../../src/gossip/core/self.ts';
import { Spreader } from '../../../src/gossip/core/spreader.ts';
import { BulkNews } from '../../../src/gossip/records/bulk-news.ts';
import { Courier } from '../../../src/gossip/records/courier.ts';
import { OWN_KINDS } from '../../../src/gossip/wire/messages.ts';
import { pack } from '../../../src/gossip/wire/pack.ts';

const digestOf = (held: number) => new Uint8Array(8).fill(held);

/** A member that `a` can hear; `a` lacks so many answers of it. */
function lacking(answers: number) {
  const desk = new Desk(PROFILES.lan, seeded(1));
  const roster = new Roster(seeded(1));
  const spreader = new Spreader(desk, roster, 'a');
  const self = new Self({ desk, roster, spreader }, { name: 'a', address: '10.0.0.1', port: 1, incarnation: 1 });
  const courier = new Courier({ desk, roster, self, spreader, boot: digestOf(1) });
  roster.set({
    name: 'b',
    address: '10.0.0.1',
    port: 2,
    incarnation: 1,
    meta: new Uint8Array(),
    tags: new Map([['ob', '1']]),
    versions: OUR_VERSIONS,
    state: 'alive',
    status: 'alive',
    statusLTime: 0,
    listed: true,
    changedAt: 0,
  });
  let held = 0;
  const asked: number[] = [];
  const exchange = () => {
    asked.push(desk.now);
    held = Math.min(answers, held + 1);
  };
  new BulkNews({ desk, courier, digest: () => digestOf(held), exchange });
  const hear = (counter: number, digest: number) =>
    courier.receive({
      kind: 'own',
      boot: digestOf(2),
      counter,
      ownKind: OWN_KINDS.bulk,
      body: pack(digestOf(digest)),
      sender: 'b',
      version: 1,
    });
  const pass = (ms: number) => {
    desk.now += ms;
    for (let due = desk.agenda.takeDue(desk.now); due; due = desk.agenda.takeDue(desk.now)) due.run();
  };
  return { asked, hear, pass };
}

test('one answer may not hold everything: it is compared until nothing is lacking', () => {
  const { asked, hear, pass } = lacking(3);
  hear(1, 3);
  for (let second = 0; second < 60; second += 1) pass(1_000);
  expect(asked).toHaveLength(3);
  for (const [place, at] of asked.entries()) expect(at - (asked[place - 1] ?? -2_000)).toBeGreaterThanOrEqual(2_000);
});

test('it ends with the first comparison that brought nothing, as the other may be what lacks something', () => {
  const { asked, hear, pass } = lacking(2);
  hear(1, 200);
  for (let second = 0; second < 60; second += 1) pass(1_000);
  expect(asked).toHaveLength(3);
  hear(2, 200);
  for (let second = 0; second < 60; second += 1) pass(1_000);
  expect(asked).toHaveLength(4);
});

test('who holds the same asks nobody', () => {
  const { asked, hear, pass } = lacking(0);
  hear(1, 0);
  for (let second = 0; second < 10; second += 1) pass(1_000);
  expect(asked).toEqual([]);
});
