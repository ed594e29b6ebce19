import { describe, expect, test } from 'vitest';
import { alive, Bench, dead, placeOf, pushPull, suspect } from '../../support/core-bench.ts';

describe('refutations', () => {
  test('come at once the first time, then five a second at most, and the last overrules all', () => {
    const bench = new Bench().hear(alive('bob'));
    for (let blow = 0; blow < 100; blow += 1) {
      bench.hear(suspect('me', bench.core.self.incarnation)).wait(10);
    }
    expect(bench.core.counts.get('refutations')).toBeLessThanOrEqual(6);
    expect(bench.core.counts.get('refutations_put_off')).toBeGreaterThan(50);
    bench.hear(dead('me', 50), suspect('me', 20)).wait(250);
    expect(bench.core.self.incarnation).toBe(51);
  });

  test('that are overtaken by a change of ours are not made', () => {
    const bench = new Bench().hear(alive('bob'), suspect('me', 5), suspect('me', 6)).wait(1_000);
    expect(bench.core.self.incarnation).toBe(7);
    bench.hear(suspect('me', 6)).wait(1_000);
    expect(bench.core.self.incarnation).toBe(7);
  });

  test('name the accuser as the reason', () => {
    const bench = new Bench().hear(alive('bob'), suspect('me', 5, 'bob'));
    expect(bench.core.evidence('me')).toMatchObject([{ kind: 'refuted', by: 'bob', detail: { incarnation: 6 } }]);
  });
});

describe('an incarnation far beyond what was ever used', () => {
  const FAR = 5 + 2 ** 20 + 1;

  test.each([suspect('me', FAR), dead('me', 2 ** 31), suspect('me', 2 ** 31)])('is not followed: %o', (message) => {
    const bench = new Bench().hear(message);
    expect(bench.core.self.incarnation).toBe(5);
    expect(bench.core.counts.get('dropped_incarnation')).toBe(1);
  });

  test('does not put a member out of its own reach', () => {
    const bench = new Bench().hear(alive('bob', 5), suspect('bob', FAR), dead('bob', 2 ** 31), alive('bob', FAR));
    expect(bench.core.nodes.get('bob')).toMatchObject({ state: 'alive', incarnation: 5 });
  });

  test('is fine for a member that we hear of for the first time', () => {
    expect(new Bench().hear(alive('bob', 2 ** 30)).core.nodes.get('bob')?.incarnation).toBe(2 ** 30);
  });
});

describe('a push/pull that speaks against a member', () => {
  const ack = (seqNo: number) => ({ kind: 'ack', seqNo, payload: new Uint8Array([1]) }) as const;
  /** Bob has just answered a probe; then we are told that he is dead. */
  const told = () => {
    const bench = new Bench().hear(alive('bob'));
    bench
      .hear(ack(bench.waitFor('ping').seqNo))
      .wait(500)
      .forget();
    return bench.step({ type: 'asked', stream: 1, message: pushPull(['bob', 'dead', 3]) });
  };

  test('that has just answered us is asked, and told what it is accused of', () => {
    const bench = told();
    expect(bench.state('bob')).toBe('alive');
    const [send] = bench.effects.filter((effect) => effect.type === 'send');
    expect(send).toMatchObject({ to: placeOf('bob') });
    expect(send?.messages.slice(0, 2)).toMatchObject([
      { kind: 'ping', node: 'bob' },
      { kind: 'suspect', node: 'bob', incarnation: 3 },
    ]);
    bench.hear(ack(bench.sent('ping')[0]?.seqNo ?? 0)).wait(700);
    expect(bench.state('bob')).toBe('alive');
    expect(bench.observed('bob')).toEqual(['told-by-push-pull']);
  });

  test('is believed as a suspicion when that member stays silent', () => {
    const bench = told().wait(501);
    expect(bench.state('bob')).toBe('suspect');
  });

  test('is believed as a suspicion when that member did not answer of late', () => {
    const bench = new Bench().hear(alive('bob')).step({ type: 'asked', stream: 1, message: pushPull(['bob', 'dead']) });
    expect(bench.state('bob')).toBe('suspect');
    expect(bench.core.evidence('bob')[0]).toMatchObject({ kind: 'told-by-push-pull', detail: { state: 'dead' } });
  });

  test('is refuted when that member is us', () => {
    const bench = new Bench()
      .hear(alive('bob'))
      .step({ type: 'asked', stream: 1, message: pushPull(['me', 'dead', 5]) });
    expect(bench.core.self.incarnation).toBe(6);
  });

  test('as gone is believed', () => {
    const bench = new Bench().hear(alive('bob')).step({ type: 'asked', stream: 1, message: pushPull(['bob', 'left']) });
    expect(bench.state('bob')).toBe('left');
  });
});

describe('a member that only others accuse', () => {
  /** Bob answers each ping of ours for so long, and his objection never comes. */
  function answering(bench: Bench, ms: number): Bench {
    for (const end = bench.now + ms; bench.now < end; ) {
      bench.forget().wait(20);
      for (const { seqNo } of bench.sent('ping')) bench.hear({ kind: 'ack', seqNo, payload: new Uint8Array([1]) });
    }
    return bench;
  }
  const accused = () => new Bench().hear(alive('bob', 3), suspect('bob', 3));
  const questions = (bench: Bench) =>
    bench.effects.flatMap((effect) => (effect.type === 'send' ? [effect.messages.slice(0, 2)] : []));

  test('is asked once more before it dies, told of what it is accused of, and lives when it answers', () => {
    const bench = answering(accused(), 3_900);
    expect(bench.state('bob')).toBe('suspect');
    bench.forget().waitUntil(() => bench.observed('bob').includes('timer-fired'));
    const question = questions(bench).at(-1);
    expect(question).toMatchObject([
      { kind: 'ping', node: 'bob' },
      { kind: 'suspect', node: 'bob', incarnation: 3, from: 'me' },
    ]);
    expect(bench.state('bob')).toBe('suspect');
    const [ping] = question ?? [];
    bench.hear({ kind: 'ack', seqNo: ping?.kind === 'ping' ? ping.seqNo : 0, payload: new Uint8Array([1]) });
    expect(bench.state('bob')).toBe('alive');
    expect(bench.changes).not.toContain('member-failed bob');
    expect(bench.core.counts.get('acquitted')).toBe(1);
  });

  test('dies when it gives no answer to that', () => {
    const bench = answering(accused(), 3_900).forget();
    bench.waitUntil(() => bench.observed('bob').includes('timer-fired'));
    const asked = bench.now;
    bench.waitUntil(() => bench.state('bob') === 'dead');
    expect(bench.now - asked).toBeLessThanOrEqual(500);
    expect(bench.changes).toContain('member-failed bob');
  });

  test('is asked as well when it gave us no answer at first and did later', () => {
    const bench = accused();
    const end = bench.now + 3_900;
    bench.waitUntil(() => bench.observed('bob').includes('probe-timeout'));
    answering(bench, end - bench.now);
    bench.forget().waitUntil(() => bench.observed('bob').includes('timer-fired'));
    expect(bench.state('bob')).toBe('suspect');
    const [ping] = questions(bench).at(-1) ?? [];
    bench.hear({ kind: 'ack', seqNo: ping?.kind === 'ping' ? ping.seqNo : 0, payload: new Uint8Array([1]) });
    expect(bench.state('bob')).toBe('alive');
  });

  test('is not asked again when it gave us no answer before', () => {
    const bench = accused();
    bench.waitUntil(() => bench.observed('bob').includes('timer-fired'));
    expect(bench.state('bob')).toBe('dead');
  });
});

describe('a name that two addresses claim', () => {
  const rival = (incarnation = 9) => ({ ...alive('bob', incarnation, { id: 'other' }), address: '10.0.0.3' });
  const claimed = () =>
    new Bench()
      .hear(alive('bob', 5, { id: 'first' }))
      .wait(10)
      .forget()
      .hear(rival());

  test('stays with the one that answers, over UDP', () => {
    const bench = claimed();
    const [ping] = bench.sent('ping');
    bench.hear({ kind: 'ack', seqNo: ping?.seqNo ?? 0, payload: new Uint8Array([1]) }).wait(600);
    expect(bench.core.nodes.get('bob')?.address).toBe('10.0.0.2');
  });

  test('stays with the one that answers, over TCP alone', () => {
    const bench = claimed();
    const { message } = bench.requests.at(-1) ?? {};
    bench.reply({ kind: 'ack', seqNo: message?.kind === 'ping' ? message.seqNo : 0, payload: null }).wait(600);
    expect(bench.core.nodes.get('bob')?.address).toBe('10.0.0.2');
  });

  test('goes to the newcomer when both ways stay silent, without a suspicion', () => {
    const bench = claimed();
    bench.step({ type: 'failed', id: bench.requests[0]?.id ?? 0, error: 'refused', isRefused: true }).wait(510);
    expect(bench.core.nodes.get('bob')).toMatchObject({ address: '10.0.0.3', state: 'alive' });
    expect(bench.changes).toEqual(['member-failed bob', 'member-join bob']);
    expect(bench.observed('bob')).toEqual(['conflict', 'dead', 'address-change', 'alive']);
  });

  test('is reported and looked into once in five minutes for each pair', () => {
    const bench = claimed();
    for (let again = 0; again < 20; again += 1) bench.hear(rival());
    const reports = () => bench.effects.filter(({ type }) => type === 'conflict').length;
    expect(reports()).toBe(1);
    expect(bench.sent('ping').length).toBe(1);
    bench.reply({ kind: 'pushPull', join: false, nodes: [], serf: null });
    bench.now += 300_001;
    bench.hear(alive('bob', 6, { id: 'first' }), rival());
    expect(reports()).toBe(2);
  });

  test('is reported once even when it is ours, and changes nothing', () => {
    const bench = new Bench().forget();
    for (let again = 0; again < 20; again += 1) bench.hear({ ...alive('me', 9), address: '10.0.0.3' });
    expect(bench.effects.map(({ type }) => type)).toEqual(['conflict', 'send', 'request']);
    expect(bench.core.self.incarnation).toBe(5);
  });

  test('by a flood of inventors is looked into a limited number of times', () => {
    const bench = new Bench().hear(alive('bob')).forget();
    for (let port = 1; port <= 2_000; port += 1) bench.hear({ ...rival(), port });
    expect(bench.effects.filter(({ type }) => type === 'conflict')).toHaveLength(256);
    expect(bench.sent('ping')).toHaveLength(1);
    expect(bench.core.counts.get('conflicts')).toBe(2_000);
  });
});
