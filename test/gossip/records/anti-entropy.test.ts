import { describe, expect, test } from 'vitest';
import { seeded } from '../../../src/base/random.ts';
import { Desk } from '../../../src/gossip/core/desk.ts';
import type { Effect, PartName } from '../../../src/gossip/core/effect.ts';
import { type Node, OUR_VERSIONS } from '../../../src/gossip/core/node.ts';
import { PROFILES } from '../../../src/gossip/core/profile.ts';
import { Roster } from '../../../src/gossip/core/roster.ts';
import { Self } from '../../../src/gossip/core/self.ts';
import { Spreader } from '../../../src/gossip/core/spreader.ts';
import { BulkNews } from '../../../src/gossip/records/bulk-news.ts';
import { Carrier } from '../../../src/gossip/records/carrier.ts';
import { Courier } from '../../../src/gossip/records/courier.ts';
import { Library } from '../../../src/gossip/records/library.ts';
import { pack } from '../../../src/gossip/wire/pack.ts';
import { ForeignNews } from '../../../src/gossip/zones/foreign-news.ts';

const NAMES = ['a', 'b', 'c'] as const;
type Name = (typeof NAMES)[number];

const nodeOf = (name: string, port: number): Node => ({
  name,
  address: '10.0.0.1',
  port,
  incarnation: 1,
  meta: new Uint8Array(),
  tags: new Map([
    ['ob', '1'],
    ['id', `id-${name}`],
  ]),
  versions: OUR_VERSIONS,
  state: 'alive',
  status: 'alive',
  statusLTime: 0,
  listed: true,
  changedAt: 0,
});

/** Three members that hear nothing of each other but what goes over streams. */
class Trio {
  /** Who asked whom about all members. */
  readonly refreshed: string[] = [];
  readonly sides = new Map(NAMES.map((name, port) => [name, this.#side(name, port)]));
  posts = 0;
  now = 0;

  #side(name: Name, port: number) {
    const desk = new Desk(PROFILES.lan, seeded(port + 1));
    const roster = new Roster(seeded(port + 1));
    const spreader = new Spreader(desk, roster, name);
    const self = new Self({ desk, roster, spreader }, { name, address: '10.0.0.1', port, incarnation: 1 });
    const library = new Library(desk);
    const courier = new Courier({ desk, roster, self, spreader, boot: new Uint8Array(8).fill(port) });
    const isNever = () => false;
    const bulk: BulkNews = new BulkNews({
      desk,
      courier,
      digest: () => foreign.wholeDigest,
      exchange: (node) => carrier.compare(node),
    });
    const foreign: ForeignNews = new ForeignNews({
      desk,
      bulk,
      courier,
      library,
      isVisible: isNever,
      isMember: isNever,
    });
    const carrier: Carrier = new Carrier({
      desk,
      roster,
      self,
      bulk,
      courier,
      library,
      foreign,
      selfId: `id-${name}`,
      surpass: () => {},
      refresh: ({ port: asked }) => this.refreshed.push(`${name} asks ${NAMES[asked]}`),
    });
    for (const [place, other] of NAMES.entries()) {
      if (other === name) continue;
      roster.set(nodeOf(other, place));
      carrier.noticed(nodeOf(other, place));
    }
    return { desk, library, courier, carrier, node: nodeOf(name, port) };
  }

  side(name: Name) {
    const side = this.sides.get(name);
    if (!side) throw new Error(`there is no ${name}`);
    return side;
  }

  /** Gives a member a part of a record, as if it had heard of it. */
  knows(by: Name, id: string, version: number, part: PartName = 'checks'): void {
    const entries = new Map([['v', pack(version)]]);
    this.side(by).library.replace({ id, part }, version, entries);
  }

  version(by: Name, id: string): number {
    return this.side(by).library.get(id).checks.version;
  }

  /** A probes B, whose ack tells its digest. */
  probe(by: Name, other: Name): void {
    this.pass(1_000);
    const { carrier } = this.side(by);
    carrier.digests.heard(this.side(other).node, this.side(other).carrier.digests.own);
    this.#deliver();
  }

  pass(ms: number): void {
    this.now += ms;
    for (const { desk } of this.sides.values()) {
      desk.now = this.now;
      for (let due = desk.agenda.takeDue(this.now); due; due = desk.agenda.takeDue(this.now)) due.run();
    }
    this.#deliver();
  }

  #deliver(): void {
    const effects = [...this.sides.values()].flatMap(({ desk }) => desk.takeEffects());
    if (effects.length === 0) return;
    for (const effect of effects) this.#carryOut(effect);
    this.#deliver();
  }

  #carryOut(effect: Effect): void {
    if (effect.type !== 'post' && effect.type !== 'send') return;
    if (effect.type === 'post') this.posts += 1;
    const to = [...this.sides.values()].find(({ node }) => node.port === effect.to.port);
    const messages = effect.type === 'post' ? [effect.message] : effect.messages;
    for (const message of messages) if (message.kind === 'own') to?.courier.receive(message);
  }
}

describe('digests of all records', () => {
  test('are the same for the same versions, in whatever order they were learnt', () => {
    const trio = new Trio();
    trio.knows('a', 'id-b', 1);
    trio.knows('a', 'id-c', 7);
    trio.knows('b', 'id-c', 3);
    trio.knows('b', 'id-c', 7);
    trio.knows('b', 'id-b', 1);
    const [a, b, c] = NAMES.map((name) => [...trio.side(name).carrier.digests.own]);
    expect(a).toEqual(b);
    expect(a).not.toEqual(c);
  });

  test('are not about the dead, whom others may have forgotten', () => {
    const trio = new Trio();
    trio.knows('a', 'id-c', 7);
    trio.side('a').carrier.departed(trio.side('c').node);
    expect(trio.side('a').carrier.digests.own).toEqual(new Uint8Array(8));
    trio.side('a').carrier.noticed(trio.side('c').node);
    expect(trio.side('a').carrier.digests.own).not.toEqual(new Uint8Array(8));
    trio.side('a').carrier.forgotten(trio.side('c').node);
    expect(trio.side('a').carrier.digests.own).toEqual(new Uint8Array(8));
  });
});

describe('members whose records differ', () => {
  test('exchange nothing after one probe, which news on its way explains', () => {
    const trio = new Trio();
    trio.knows('b', 'id-c', 7);
    trio.probe('a', 'b');
    trio.probe('a', 'a');
    trio.probe('a', 'b');
    expect(trio.posts).toBe(0);
  });

  test('bring each other up to date after two probes in a row', () => {
    const trio = new Trio();
    trio.knows('b', 'id-c', 7);
    trio.knows('a', 'id-b', 2);
    trio.knows('a', 'id-a', 3);
    trio.knows('b', 'id-b', 2);
    trio.probe('a', 'b');
    trio.probe('a', 'b');
    trio.pass(200);
    expect([trio.version('a', 'id-c'), trio.version('b', 'id-a')]).toEqual([7, 3]);
    expect(trio.side('a').carrier.digests.own).toEqual(trio.side('b').carrier.digests.own);
    const before = trio.posts;
    for (let probe = 0; probe < 10; probe += 1) trio.probe('a', 'b');
    expect(trio.posts).toBe(before);
  });

  test('ask whoever told, when the owner is not there', () => {
    const trio = new Trio();
    trio.knows('a', 'id-c', 7);
    trio.probe('a', 'b');
    trio.probe('a', 'b');
    trio.pass(200);
    expect(trio.version('b', 'id-c')).toBe(7);
  });

  test('try ever more seldom while that does not help', () => {
    const trio = new Trio();
    const foreign = new Uint8Array(8).fill(9);
    for (let second = 0; second < 3_600; second += 1) {
      trio.pass(1_000);
      trio.side('a').carrier.digests.heard(trio.side('b').node, foreign);
    }
    expect(trio.side('a').desk.counts.get('record_exchanges')).toBeLessThan(25);
  });

  test.each([
    ['who is asked', 'a', 'b'],
    ['who asks', 'b', 'a'],
  ] as const)('find out that one of them, %s, lacks a member, which then asks about all members', (_, by, other) => {
    const trio = new Trio();
    trio.side('a').carrier.noticed(nodeOf('late', 9));
    trio.knows('a', 'id-late', 1);
    for (let probe = 0; probe < 6; probe += 1) trio.probe(by, other);
    expect(trio.refreshed).toEqual(['b asks a']);
    expect(trio.version('b', 'id-late')).toBe(0);
  });

  test('that ask too often are not answered', () => {
    const trio = new Trio();
    trio.knows('b', 'id-c', 7);
    for (let times = 0; times < 40; times += 1) {
      const { courier, carrier } = trio.side('a');
      courier.post(trio.side('b').node, 6, carrier.request());
    }
    trio.pass(1);
    expect(trio.side('b').desk.counts.get('dropped_too_many_lists')).toBe(30);
  });
});
