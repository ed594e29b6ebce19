import { describe, expect, test } from 'vitest';
import { seeded } from '../../../src/base/random.ts';
import { packAccusation, readAccusation } from '../../../src/gossip/core/accusation.ts';
import { Desk } from '../../../src/gossip/core/desk.ts';
import { EvidenceBook, type Observation } from '../../../src/gossip/core/evidence.ts';
import { PROFILES } from '../../../src/gossip/core/profile.ts';
import { Roster } from '../../../src/gossip/core/roster.ts';
import { Self } from '../../../src/gossip/core/self.ts';
import { Spreader } from '../../../src/gossip/core/spreader.ts';
import { pack, struct } from '../../../src/gossip/wire/pack.ts';
import { alive, Bench, dead, leave, placeOf, pushPull, suspect } from '../../support/core-bench.ts';

describe('a step that comes much too late', () => {
  /** A node that stood still in the middle of a probe of bob, whom it suspects. */
  const slept = (ms: number) => {
    const bench = new Bench().hear(alive('bob'), alive('a'), suspect('bob')).wait(1_100).forget();
    bench.waitUntil(() => bench.sent('ping').length > 0);
    bench.now += ms;
    return bench.forget().step({ type: 'wake' });
  };

  test('ends the probe without a verdict and makes the node doubt itself', () => {
    const bench = slept(3_000);
    expect(bench.core.counts.get('pauses')).toBe(1);
    expect(bench.core.awareness).toBeGreaterThanOrEqual(1);
    const failed = bench.core.counts.get('probes_failed');
    expect(bench.wait(450).core.counts.get('probes_failed')).toBe(failed);
    expect(bench.core.evidence('me').at(-1)).toMatchObject({ kind: 'paused', by: 'me' });
  });

  test('does what is periodic once, not once for each time that was missed', () => {
    const bench = slept(60_000).wait(600);
    expect(bench.sent('ping').length).toBeLessThanOrEqual(2);
  });

  test('moves suspicions, also those that are confirmed afterwards', () => {
    const bench = new Bench();
    for (const name of ['a', 'b', 'c', 'd']) bench.hear(alive(name));
    bench.hear(suspect('a')).wait(1_000);
    bench.now += 60_000;
    bench.step({ type: 'wake' }).hear(suspect('a', 1, 'b'), suspect('a', 1, 'c'));
    expect(bench.wait(2_500).state('a')).toBe('suspect');
  });

  test('has the node ask how things are when it may have been declared dead', () => {
    expect(
      slept(3_000)
        .wait(600)
        .requests.filter(({ message }) => message.kind === 'pushPull'),
    ).toEqual([]);
    const asked = slept(20_000)
      .wait(600)
      .requests.filter(({ message }) => message.kind === 'pushPull');
    expect(asked).toHaveLength(1);
  });
});

describe('members that are gone for long', () => {
  const HOUR = 3_600_000;
  const gone = () =>
    new Bench(1, { reapDead: 2 * HOUR, reapLeft: HOUR })
      .hear(alive('bob'), alive('eve'), dead('bob'), dead('eve', 1, 'eve'))
      .forget();

  test('are forgotten, each after its time', () => {
    const bench = gone().wait(HOUR + 20_000);
    expect(bench.changes).toEqual(['member-reap eve']);
    bench.wait(HOUR);
    expect(bench.changes).toEqual(['member-reap eve', 'member-reap bob']);
  });

  test('are never forgotten within ten minutes of a start', () => {
    const bench = new Bench(1, { reapDead: 1_000 }).hear(alive('bob'), dead('bob'));
    expect(bench.wait(599_000).state('bob')).toBe('dead');
    expect(bench.wait(31_000).state('bob')).toBeUndefined();
  });

  test('can be asked about for an hour more', () => {
    const bench = gone().wait(HOUR + 20_000);
    expect(bench.observed('eve')).toEqual(['dead-received', 'left']);
    expect(bench.wait(HOUR + 1_000).observed('eve')).toEqual([]);
  });
});

test('one that is held for dead and pings us is met at once, but not more often than we probe', () => {
  const bench = new Bench().hear(alive('bob'), alive('a'), dead('bob')).forget();
  const ping = { kind: 'ping', seqNo: 9, node: 'me', source: { ...placeOf('bob'), node: 'bob' } } as const;
  bench.hear(ping, ping).hear(ping);
  const met = bench.requests.filter(({ message }) => message.kind === 'pushPull' && message.join);
  expect(met).toMatchObject([{ to: placeOf('bob') }]);
  bench.forget().hear({ ...ping, source: { ...placeOf('z'), node: 'bob' } });
  expect(bench.requests).toEqual([]);
});

test('a force-leave and a push/pull leave their mark in the evidence', () => {
  const bench = new Bench().hear(alive('bob'), dead('bob'), leave('bob', 7));
  expect(bench.observed('bob')).toEqual(['dead-received', 'dead', 'leave-intent']);
  bench.step({ type: 'asked', stream: 1, message: pushPull(['bob', 'alive', 2]) });
  expect(bench.observed('bob').at(-1)).toBe('alive');
});

test('who has lost its name says nothing any more, and tells the shell once', () => {
  const desk = new Desk(PROFILES.lan, seeded(1));
  const roster = new Roster(seeded(1));
  const spreader = new Spreader(desk, roster, 'me');
  const self = new Self({ desk, roster, spreader }, { name: 'me', address: '10.0.0.1', port: 1, incarnation: 5 });
  self.silence(placeOf('z'));
  self.silence(placeOf('y'));
  self.refute(9, 'eve');
  expect(desk.takeEffects()).toEqual([{ type: 'nameLost', by: placeOf('z') }]);
  expect([self.isSilenced, self.isGone, self.isLeaving, self.node.incarnation]).toEqual([true, true, true, 5]);
});

describe('evidence', () => {
  const observation = (at: number): Observation => ({ at, kind: 'alive', by: 'x', incarnation: 1, detail: {} });

  test('keeps the last 64 of a member', () => {
    const book = new EvidenceBook();
    for (let at = 1; at <= 100; at += 1) book.add('bob', observation(at));
    expect(book.of('bob', 100).map(({ at }) => at)).toEqual(Array.from({ length: 64 }, (_, place) => place + 37));
  });

  test('keeps a limited number of members, those with news the longest', () => {
    const book = new EvidenceBook();
    book.add('old', observation(1));
    for (let place = 0; place < 1_023; place += 1) book.add(`n${place}`, observation(2));
    book.add('old', observation(3));
    book.add('new', observation(4));
    expect(['old', 'n0', 'n1', 'new'].map((name) => book.of(name, 5).length)).toEqual([2, 0, 1, 1]);
  });
});

describe('an accusation on the wire', () => {
  const accusation = { ms: 1_000, score: 7, asked: 3, nacked: 2, tcp: 'refused' } as const;

  test('is small and comes back as it was', () => {
    const bytes = packAccusation(accusation);
    expect(bytes.length).toBeLessThan(40);
    expect(readAccusation(bytes)).toEqual(accusation);
  });

  test.each([
    [new Uint8Array()],
    [new Uint8Array([0x81, 0xff])],
    [new Uint8Array(200)],
    [pack(struct({ t: 9 }))],
    [pack(struct({ a: 256 }))],
    [pack('text')],
  ])('that makes no sense is none: %o', (bytes) => {
    expect(readAccusation(bytes)).toBeUndefined();
  });
});
