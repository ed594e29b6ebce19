import { describe, expect, test } from 'vitest';
import { readAccusation } from '../../../src/gossip/core/accusation.ts';
import type { Ack, Nack, Versions } from '../../../src/gossip/wire/messages.ts';
import { alive, Bench, placeOf, suspect } from '../../support/core-bench.ts';

const DIRECT = new Uint8Array([1]);
const ack = (seqNo: number, payload: Uint8Array | null = DIRECT): Ack => ({ kind: 'ack', seqNo, payload });
const nack = (seqNo: number): Nack => ({ kind: 'nack', seqNo });

/** A bench that has just sent the ping of a probe of `bob`, with others to ask. */
function probing(helpers: readonly string[] = [], versions?: Versions) {
  const bench = new Bench().hear(alive('bob'));
  let ping = bench.waitFor('ping');
  bench.hear(...helpers.map((name) => ({ ...alive(name), ...(versions && { versions }) })));
  // Nobody else may be the one who is probed.
  while (ping.node !== 'bob') {
    bench.hear(ack(ping.seqNo)).forget();
    ping = bench.waitFor('ping');
  }
  bench.forget();
  return { bench, seqNo: ping.seqNo };
}

/** Lets probes fail until so many have. */
const fail = (bench: Bench, times: number) =>
  bench.waitUntil(() => (bench.core.counts.get('probes_failed') ?? 0) >= times);

test('a member that answers in time is well, and its distance is known', () => {
  const { bench, seqNo } = probing();
  bench.wait(20).hear(ack(seqNo)).wait(300);
  expect(bench.effects).toContainEqual({ type: 'heard', name: 'bob', rttMs: 20 });
  expect(bench.core.counts.get('probes_ok')).toBe(1);
});

test('one that is silent for the time of a probe is tried through up to three others and over TCP', () => {
  const { bench, seqNo } = probing(['a', 'b', 'c', 'd']);
  bench.wait(490);
  expect(bench.sent('indirectPing')).toEqual([]);
  bench.wait(20);
  const asked = bench.sent('indirectPing');
  expect(asked).toHaveLength(3);
  for (const ping of asked) expect(ping).toMatchObject({ seqNo, node: 'bob', nack: true, port: placeOf('bob').port });
  expect(bench.requests).toMatchObject([{ to: placeOf('bob'), message: { kind: 'ping', seqNo, node: 'bob' } }]);
  expect(bench.requests[0]?.timeoutMs).toBeGreaterThan(400);
});

test('helpers of a generation without nacks are not asked for them', () => {
  const { bench } = probing(['a'], [1, 3, 2, 2, 5, 5]);
  bench.wait(600);
  expect(bench.sent('indirectPing')).toMatchObject([{ nack: false }]);
});

test('an answer through another is as good, but tells no distance', () => {
  const { bench, seqNo } = probing(['a']);
  bench.wait(600).hear(ack(seqNo, null)).wait(600);
  expect(bench.core.counts.get('probes_indirect')).toBe(1);
  expect(bench.effects.filter(({ type }) => type === 'heard')).toEqual([]);
  expect(bench.state('bob')).toBe('alive');
});

test('a local failure to send asks others at once', () => {
  const { bench } = probing(['a']);
  bench.step({ type: 'sendFailed', to: placeOf('a') });
  expect(bench.sent('indirectPing')).toEqual([]);
  bench.step({ type: 'sendFailed', to: placeOf('bob') }).step({ type: 'sendFailed', to: placeOf('bob') });
  expect(bench.sent('indirectPing')).toHaveLength(1);
  expect(bench.core.counts.get('probes_unsent')).toBe(1);
});

describe('a member that only TCP reaches', () => {
  const overTcp = () => {
    const { bench, seqNo } = probing();
    bench.wait(510).reply(ack(seqNo, null)).wait(600);
    return bench;
  };

  test('lives, is reported once an hour, and shown as such', () => {
    const bench = overTcp();
    expect(bench.state('bob')).toBe('alive');
    expect(bench.core.counts.get('probes_tcp_only')).toBe(1);
    expect(bench.effects).toContainEqual({ type: 'reachability', name: 'bob', udpBlocked: true });
    expect(bench.effects.filter((effect) => effect.type === 'log' && effect.level === 'warn')).toHaveLength(1);
  });

  test('is well again with the next answer over UDP', () => {
    const bench = overTcp().forget();
    bench.hear(ack(bench.waitFor('ping').seqNo));
    expect(bench.effects).toContainEqual({ type: 'reachability', name: 'bob', udpBlocked: false });
  });

  test('is found out after three probes although others reach it', () => {
    const bench = new Bench().hear(alive('bob'));
    for (let round = 0; round < 3; round += 1) {
      expect(bench.effects.some(({ type }) => type === 'reachability')).toBe(false);
      const { seqNo } = bench.waitFor('ping');
      bench.wait(510).hear(ack(seqNo, null)).reply(ack(seqNo, null));
      bench.effects.splice(0, bench.effects.length, ...bench.effects.filter(({ type }) => type === 'reachability'));
    }
    expect(bench.effects).toEqual([{ type: 'reachability', name: 'bob', udpBlocked: true }]);
  });
});

describe('one whose machine refuses a ping over TCP', () => {
  const refused = (bench: Bench) =>
    bench.step({ type: 'failed', id: bench.requests.at(-1)?.id ?? 0, error: 'nobody listens there', isRefused: true });

  test('is suspected without further waiting, and that is no fault of ours', () => {
    const { bench } = probing(['a', 'b', 'c']);
    bench.wait(510);
    refused(bench);
    expect(bench.state('bob')).toBe('suspect');
    expect(bench.core.awareness).toBe(0);
  });

  test('but that answered after all gets the whole time from then on', () => {
    const { bench, seqNo } = probing();
    bench.wait(510);
    refused(bench);
    bench.hear(ack(seqNo), alive('bob', 2)).forget();
    bench.waitFor('ping');
    bench.wait(510);
    refused(bench);
    expect(bench.state('bob')).toBe('alive');
    fail(bench, 2);
    expect(bench.state('bob')).toBe('suspect');
  });
});

describe('how well this node does', () => {
  test('is worse by one with each failed probe when nobody could be asked', () => {
    const { bench } = probing();
    fail(bench, 1);
    expect(bench.core.awareness).toBe(1);
  });

  test.each([
    [0, 3],
    [1, 2],
    [3, 0],
  ])('is worse by the nacks that are missing: %i of three came, so by %i', (nacks, score) => {
    const { bench, seqNo } = probing(['a', 'b', 'c']);
    bench.wait(900);
    for (let left = nacks; left > 0; left -= 1) bench.hear(nack(seqNo));
    fail(bench, 1);
    expect(bench.core.awareness).toBe(score);
  });

  test('is better with each answer, and never better than well', () => {
    const { bench } = probing();
    fail(bench, 1);
    bench.hear(ack(bench.waitFor('ping').seqNo));
    expect(bench.core.awareness).toBe(0);
    bench.forget().hear(ack(bench.waitFor('ping').seqNo));
    expect(bench.core.awareness).toBe(0);
  });

  test('is never worse than seven, and stretches the time of a probe', () => {
    const bench = new Bench();
    for (const name of ['a', 'b', 'c', 'd', 'e']) bench.hear(alive(name));
    fail(bench, 5);
    expect(bench.core.awareness).toBe(7);
    const failedAt = bench.now;
    bench
      .forget()
      .hear(...['a', 'b', 'c', 'd', 'e'].map((name) => alive(name, 2)))
      .waitFor('ping');
    const sentAt = bench.now;
    expect(sentAt - failedAt).toBeLessThanOrEqual(1_000);
    fail(bench, 6);
    expect(bench.now - sentAt).toBe(8_000);
  });

  test('is worse when we have to refute something', () => {
    expect(new Bench().hear(alive('bob'), suspect('me', 5)).core.awareness).toBe(1);
  });
});

test('a suspect hears of the accusation with the ping', () => {
  const bench = new Bench().hear(alive('bob'), alive('a'), suspect('bob')).forget();
  while (bench.waitFor('ping').node !== 'bob') bench.forget().wait(1_000);
  const [to] = bench.effects.flatMap((effect) =>
    effect.type === 'send' && effect.messages.some(({ kind }) => kind === 'ping') ? [effect.messages] : [],
  );
  expect(to?.slice(0, 2)).toMatchObject([{ kind: 'ping' }, { kind: 'suspect', node: 'bob', from: 'me' }]);
});

describe('an accusation', () => {
  const accused = () => {
    const { bench, seqNo } = probing(['a', 'b']);
    bench
      .hear(alive('c', 1, { ob: '1', id: 'id-c' }))
      .wait(900)
      .hear(nack(seqNo))
      .step({ type: 'failed', id: bench.requests[0]?.id ?? 0, error: 'nobody listens there', isRefused: true });
    fail(bench, 1);
    return { bench, seqNo };
  };

  test('rests on what the probe found', () => {
    const { bench } = accused();
    expect(bench.observed('bob')).toEqual(['probe-timeout', 'indirect', 'tcp', 'suspect']);
    const [timeout, indirect, tcp] = bench.core.evidence('bob');
    expect(timeout).toMatchObject({ by: 'me', incarnation: 1, detail: { ms: 900, score: 0 } });
    expect(indirect?.detail).toEqual({ asked: 3, acked: 0, nacked: 1, silent: 2 });
    expect(tcp?.detail).toEqual({ result: 'refused' });
  });

  test('takes that along to members of ours, and only to them', () => {
    const { bench } = accused();
    bench.wait(3_000);
    const told = bench.effects.flatMap((effect) =>
      effect.type === 'send'
        ? effect.messages.flatMap((message) => (message.kind === 'suspect' ? [{ to: effect.to.port, message }] : []))
        : [],
    );
    const ours = placeOf('c').port;
    const bodies = told.filter(({ to }) => to === ours).map(({ message }) => message.opsbro ?? new Uint8Array());
    expect(bodies.map(readAccusation)).toContainEqual({ ms: 900, score: 0, asked: 3, nacked: 1, tcp: 'refused' });
    expect(told.filter(({ to }) => to !== ours).every(({ message }) => message.opsbro === undefined)).toBe(true);
    expect(told.some(({ to }) => to !== ours)).toBe(true);
  });

  test('is not made of one that spoke since, maybe from elsewhere: it was the old place that was silent', () => {
    const { bench } = probing(['a', 'b']);
    bench.wait(600).hear(alive('bob', 2));
    fail(bench, 1);
    expect(bench.state('bob')).toBe('alive');
    expect(bench.core.counts.get('suspicions')).toBeUndefined();
  });

  test('is not taken back by an answer that comes too late, which is noted', () => {
    const { bench, seqNo } = accused();
    bench.wait(200).hear(ack(seqNo));
    expect(bench.state('bob')).toBe('suspect');
    expect(bench.core.evidence('bob').at(-1)).toMatchObject({ kind: 'late-ack', detail: { ms: 1_100 } });
  });
});

describe('whoever is asked to try a ping', () => {
  const ask = { kind: 'indirectPing', seqNo: 77, node: 'bob', target: '10.0.0.2', port: 5, nack: true } as const;

  test('says early that it hears nothing, so that the asker learns it in time', () => {
    const bench = new Bench().forget().hear(ask).wait(399);
    expect(bench.sent('nack')).toEqual([]);
    expect(bench.wait(2).sent('nack')).toEqual([nack(77)]);
  });

  test('still passes on an answer that comes after that', () => {
    const bench = new Bench().forget().hear(ask).wait(450);
    bench.hear(ack(bench.sent('ping')[0]?.seqNo ?? 0));
    expect(bench.sent('ack')).toEqual([ack(77, null)]);
  });

  test('says nothing when it was not asked to', () => {
    expect(
      new Bench()
        .forget()
        .hear({ ...ask, nack: false })
        .wait(900)
        .sent('nack'),
    ).toEqual([]);
  });
});
