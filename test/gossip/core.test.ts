import { describe, expect, test } from 'vitest';
import { seeded } from '../../src/base/random.ts';
import { Desk } from '../../src/gossip/core/desk.ts';
import type { Effect } from '../../src/gossip/core/effect.ts';
import { PROFILES } from '../../src/gossip/core/profile.ts';
import { Suspicions } from '../../src/gossip/core/suspicions.ts';
import { packFull } from '../../src/gossip/records/bodies.ts';
import type { PacketMessage, PushPull } from '../../src/gossip/wire/messages.ts';
import { pack } from '../../src/gossip/wire/pack.ts';
import { alive, Bench, dead, join, leave, suspect } from '../support/core-bench.ts';

describe('what is accepted is told on at once, as often as the size of the pool asks for, and no more', () => {
  test('an alive', () => {
    const bench = new Bench().hear(alive('bob')).wait(20);
    expect(bench.sent('alive').filter(({ node }) => node === 'bob').length).toBeGreaterThan(0);
    bench.hear(alive('bob')).wait(5_000);
    expect(bench.sent('alive').filter(({ node }) => node === 'bob')).toHaveLength(4);
  });

  test('an idle queue needs no time: in company of one it runs empty too', () => {
    const bench = new Bench().hear(alive('bob'), join('bob', 3)).wait(5_000);
    expect([...bench.core.queueDepths.values()].every((depth) => depth === 0)).toBe(true);
  });

  test('old news is told to nobody', () => {
    const bench = new Bench().hear(alive('bob', 3)).wait(3_000).forget();
    bench.hear(alive('bob', 3), alive('bob', 2), suspect('bob', 2), dead('bob', 2)).wait(900);
    expect([...bench.sent('alive'), ...bench.sent('dead')].filter(({ node }) => node === 'bob')).toEqual([]);
  });
});

describe('an accusation of ourselves', () => {
  test.each([
    [suspect('me', 5), 6],
    [dead('me', 9), 10],
    [{ ...alive('me', 7), address: '10.0.0.1', port: 1 }, 8],
  ])('%o is refuted by incarnation %i, which is kept before it is told', (accusation, incarnation) => {
    const bench = new Bench().hear(alive('bob')).wait(3_000).forget().hear(accusation).wait(50);
    expect(bench.core.self.incarnation).toBe(incarnation);
    expect(bench.sent('alive').some((message) => message.node === 'me' && message.incarnation === incarnation)).toBe(
      true,
    );
    const kept = bench.effects.findIndex(
      (effect) => effect.type === 'incarnation' && effect.incarnation === incarnation,
    );
    const isWord = ({ kind }: PacketMessage) => kind === 'alive';
    const told = bench.effects.findIndex((effect) => effect.type === 'send' && effect.messages.some(isWord));
    expect(kept).toBeGreaterThanOrEqual(0);
    expect(kept).toBeLessThan(told);
  });

  test('an incarnation beyond all reason is not answered', () => {
    expect(new Bench().hear(suspect('me', 2 ** 31 + 1)).core.self.incarnation).toBe(5);
  });
});

describe('a suspicion', () => {
  test('ends in death when nobody objects', () => {
    const bench = new Bench().hear(alive('bob'), suspect('bob'));
    expect(bench.state('bob')).toBe('suspect');
    expect(bench.wait(3_999).state('bob')).toBe('suspect');
    expect(bench.wait(2).state('bob')).toBe('dead');
    expect(bench.changes.slice(1)).toEqual(['member-join bob', 'member-suspect bob', 'member-failed bob']);
  });

  test('ends when the suspect raises its incarnation', () => {
    const bench = new Bench().hear(alive('bob'), suspect('bob')).wait(1_000).hear(alive('bob', 2)).wait(500);
    expect(bench.state('bob')).toBe('alive');
    expect(bench.changes.at(-1)).toBe('member-alive bob');
  });

  test.each([
    [[], 24_000],
    [['a'], 24_000],
    [['c'], 11_381],
    [['c', 'c'], 11_381],
    [['c', 'd'], 4_000],
    [['c', 'd', 'e'], 4_000],
  ])('by one and confirmed by %j lasts %i ms in a pool of five', (confirmers, ms) => {
    const desk = new Desk(PROFILES.lan, seeded(1));
    const ended: string[] = [];
    const suspicions = new Suspicions(desk, (charge) => ended.push(charge.name));
    suspicions.start('bob', 1, { from: 'a', n: 5 });
    for (const from of confirmers) suspicions.confirm('bob', from);
    expect(desk.agenda.next).toBe(ms);
    desk.now = ms;
    desk.agenda.takeDue(ms)?.run();
    expect(ended).toEqual(['bob']);
  });

  test('is not shortened by what comes after its last confirmation, which is told on to nobody', () => {
    const suspicions = new Suspicions(new Desk(PROFILES.lan, seeded(1)), () => {});
    suspicions.start('bob', 1, { from: 'a', n: 5 });
    expect(['a', 'c', 'c', 'd', 'e'].map((from) => suspicions.confirm('bob', from))).toEqual([
      false,
      true,
      false,
      true,
      false,
    ]);
  });
});

describe('intents', () => {
  test.each([
    // status before, what is heard in order, state after, changes
    ['alive', [leave('bob', 5)], 'alive leaving', ['member-update bob']],
    ['alive', [leave('bob', 5), dead('bob')], 'left', ['member-update bob', 'member-leave bob']],
    ['alive', [dead('bob')], 'dead', ['member-failed bob']],
    ['alive', [dead('bob', 1, 'bob')], 'left', ['member-leave bob']],
    ['alive', [dead('bob'), dead('bob', 1, 'bob')], 'left', ['member-failed bob', 'member-leave bob']],
    ['alive', [dead('bob'), leave('bob', 5)], 'left', ['member-failed bob', 'member-leave bob']],
    ['alive', [leave('bob', 5), join('bob', 6)], 'alive', ['member-update bob', 'member-update bob']],
    ['alive', [leave('bob', 5), join('bob', 5)], 'alive leaving', ['member-update bob']],
    ['alive', [join('bob', 6), leave('bob', 6)], 'alive', []],
    ['alive', [join('bob', 6), leave('bob', 5), dead('bob')], 'dead', ['member-failed bob']],
    [
      'alive',
      [dead('bob'), leave('bob', 5, true)],
      undefined,
      ['member-failed bob', 'member-leave bob', 'member-reap bob'],
    ],
  ] as const)('a member that is %s, hearing %o', (_, messages, state, changes) => {
    const bench = new Bench()
      .hear(alive('bob'))
      .forget()
      .hear(...messages);
    expect(bench.state('bob')).toBe(state);
    expect(bench.changes).toEqual(changes);
  });

  test('a leave that was heard before the member is remembered', () => {
    expect(new Bench().hear(leave('bob', 5), alive('bob')).state('bob')).toBe('alive leaving');
    expect(new Bench().hear(leave('bob', 5), join('bob', 6), alive('bob')).state('bob')).toBe('alive');
  });

  test('a leave is told on once, however often and late it comes', () => {
    const bench = new Bench().hear(alive('bob'), leave('bob', 5)).wait(5_000);
    const told = bench.sent('leaveIntent').length;
    expect(told).toBe(4);
    bench
      .hear(leave('bob', 5))
      .wait(1_000)
      .hear(dead('bob', 1, 'bob'), leave('bob', 5))
      .wait(5_000);
    expect(bench.sent('leaveIntent')).toHaveLength(told);
  });

  test('a leave about us is answered by a join of a later time', () => {
    const bench = new Bench().hear(alive('bob')).wait(3_000).forget().hear(leave('me', 40)).wait(50);
    expect(bench.state('me')).toBe('alive');
    expect(bench.sent('joinIntent').every(({ lTime }) => lTime > 40)).toBe(true);
    expect(bench.sent('joinIntent').length).toBeGreaterThan(0);
  });

  test('a time beyond all reason does not move our clock', () => {
    const bench = new Bench().hear(join('bob', 2 ** 48 + 2), join('bob', 2 ** 48), leave('bob', 2 ** 32 + 99));
    expect(bench.core.snapshot.clocks[0]).toBeLessThan(10);
    expect(bench.core.counts.get('dropped_lamport')).toBe(3);
  });
});

describe('a push/pull', () => {
  const request = (...nodes: PushPull['nodes']): PushPull => ({ kind: 'pushPull', join: true, nodes, serf: null });
  const entry = (name: string, state: PushPull['nodes'][number]['state']) => {
    const { kind: _, node: __, ...place } = alive(name);
    return { name, state, ...place };
  };

  test('is answered with what was known before, and echoes that it is a join', () => {
    const bench = new Bench().forget();
    const [answer] = bench.core.step({ type: 'asked', stream: 7, message: request(entry('bob', 'alive')) }, 0);
    expect(answer).toMatchObject({ type: 'answer', stream: 7, message: { kind: 'pushPull', join: true } });
    const { message } = answer as Extract<Effect, { type: 'answer' }>;
    expect((message as PushPull).nodes.map(({ name }) => name)).toEqual(['me']);
    expect(bench.state('bob')).toBe('alive');
  });

  test.each([
    ['alive', 'alive'],
    ['suspect', 'suspect'],
    ['dead', 'suspect'],
    ['left', 'left'],
  ] as const)('that says %s of a member that we hold alive makes it %s', (told, state) => {
    const bench = new Bench().hear(alive('bob'));
    bench.core.step({ type: 'asked', stream: 7, message: request(entry('bob', told)) }, 0);
    expect(bench.state('bob')).toBe(state);
  });

  test('a record that real peers would choke on is dropped alone', () => {
    const bench = new Bench();
    const bad = { ...entry('eve', 'alive'), versions: [1, 5, 9, 2, 5, 5] } as const;
    bench.core.step({ type: 'asked', stream: 7, message: request(bad, entry('bob', 'alive')) }, 0);
    expect([bench.state('eve'), bench.state('bob')]).toEqual([undefined, 'alive']);
    expect(bench.core.counts.get('dropped_incompatible')).toBe(1);
  });
});

describe('own messages', () => {
  test('go only to members that wear the tag', () => {
    const bench = new Bench().hear(alive('bob', 1, { ob: '1', id: 'id-bob' }), alive('serf'));
    const change = { set: new Map([['core/load', new Uint8Array([1])]]), del: [] };
    bench.effects.push(...bench.core.step({ type: 'setEntries', part: 'checks', change }, bench.now));
    bench.wait(5_000);
    const carried = bench.effects.filter(
      (effect) => effect.type === 'send' && effect.messages.some(({ kind }) => kind === 'own'),
    ) as Extract<Effect, { type: 'send' }>[];
    expect(carried.length).toBeGreaterThan(0);
    expect(new Set(carried.map(({ to }) => to.port))).toEqual(new Set([alive('bob').port]));
  });

  test('with nonsense inside are counted and have no effect', () => {
    const bench = new Bench().hear(alive('bob', 1, { ob: '1', id: 'id-bob' }));
    for (const ownKind of [1, 2, 3, 9]) {
      const body = new Uint8Array([0x91, 0x81, 0xff]);
      bench.hear({ kind: 'own', boot: new Uint8Array(8), counter: ownKind, ownKind, body, sender: 'bob', version: 1 });
    }
    expect(bench.core.counts.get('dropped_own_malformed')).toBe(3);
    expect(bench.core.counts.get('dropped_own_kind')).toBe(1);
    expect(bench.core.counts.get('internal_error')).toBeUndefined();
  });
});

describe('what a node said of itself is kept', () => {
  const word = (id: string) => {
    const entries = new Map([['core/load', pack('x')]]);
    const body = packFull({ id, part: 'checks', version: 1, entries });
    return { kind: 'own', boot: new Uint8Array(8), counter: 1, ownKind: 2, body, sender: 'bob', version: 1 } as const;
  };
  const bob = (id: string, incarnation: number) => alive('bob', incarnation, { ob: '1', id });
  const told = () => new Bench().hear(bob('one', 1), word('one'));

  test('while it is a member', () => {
    expect(told().core.record('one').checks.version).toBe(1);
  });

  test('not after it became another node', () => {
    const bench = told().hear(bob('two', 2), word('two'));
    expect(bench.core.record('one').checks.version).toBe(0);
    expect(bench.core.record('two').checks.version).toBe(1);
  });

  test('not after someone had it forgotten', () => {
    const bench = told().hear(dead('bob', 1, 'bob'), leave('bob', 9, true));
    expect(bench.core.nodes.has('bob')).toBe(false);
    expect(bench.core.record('one').checks.version).toBe(0);
  });
});

test('who slept accuses nobody: everything is put off by the time of the sleep', () => {
  const bench = new Bench().hear(alive('bob'), suspect('bob')).wait(3_000);
  bench.now += 60_000;
  bench.effects.push(...bench.core.step({ type: 'wake' }, bench.now));
  expect(bench.state('bob')).toBe('suspect');
  bench.hear(alive('bob', 2));
  expect(bench.state('bob')).toBe('alive');
});

test('a fault in what is done from time to time does not end it', () => {
  const desk = new Desk(PROFILES.lan, seeded(1));
  let runs = 0;
  desk.every(
    () => 1_000,
    () => {
      runs += 1;
      throw new Error('a bug');
    },
  );
  for (const second of [1, 2, 3]) {
    desk.now = second * 1_000;
    expect(() => desk.agenda.takeDue(desk.now)?.run()).toThrow('a bug');
  }
  expect(runs).toBe(3);
});

test('a member that tells no port has the one that we have', () => {
  const bench = new Bench().hear({ ...alive('a'), port: 0 });
  expect(bench.core.nodes.get('a')).toMatchObject({ port: 1, state: 'alive' });
});

test('a ping for another name is not answered, one for us or for anyone is', () => {
  const bench = new Bench().forget();
  for (const node of ['you', 'me', '']) bench.hear({ kind: 'ping', seqNo: 7, node });
  expect(bench.sent('ack')).toHaveLength(2);
});

test('the one who asks for a ping gets its own number back, or a nack if it wants one', () => {
  const bench = new Bench().forget();
  const ask = { kind: 'indirectPing', seqNo: 77, node: 'bob', target: '10.0.0.2', port: 5, nack: true } as const;
  bench.hear(ask);
  const [ping] = bench.sent('ping');
  bench.hear({ kind: 'ack', seqNo: ping?.seqNo ?? 0, payload: null });
  expect(bench.sent('ack')).toEqual([{ kind: 'ack', seqNo: 77, payload: null }]);
  bench.forget().hear(ask).wait(600);
  expect(bench.sent('nack')).toEqual([{ kind: 'nack', seqNo: 77 }]);
});

test('a flood of news costs each message little: what is over the limit of the queue goes in lots', () => {
  const bench = new Bench();
  bench.hear(...Array.from({ length: 4_200 }, (_, place) => join(`n${place}`, place + 1)));
  expect(bench.core.queueDepths.get('intent')).toBeLessThanOrEqual(4_098);
  expect(bench.core.counts.get('queue_dropped')).toBeGreaterThanOrEqual(512);
});

test('a push/pull is merged up to the size that a pool can have; what is beyond is counted', () => {
  const bench = new Bench();
  const entry = { incarnation: 1, address: '10.0.0.2', port: 1, meta: new Uint8Array(), state: 'dead' } as const;
  const names = Array.from({ length: 20_003 }, (_, place) => `n${place}`);
  const message: PushPull = {
    kind: 'pushPull',
    join: false,
    nodes: names.map((name) => ({ ...entry, name, versions: [1, 5, 2, 2, 5, 5] })),
    serf: {
      lTime: 1,
      eventLTime: 1,
      queryLTime: 1,
      statusLTimes: new Map(names.map((name) => [name, 1])),
      leftMembers: [],
      events: [],
    },
  };
  bench.core.step({ type: 'asked', stream: 1, message }, 0);
  expect(bench.core.counts.get('dropped_too_many')).toBe(6);
});
