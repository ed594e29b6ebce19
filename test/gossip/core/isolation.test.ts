import { describe, expect, test } from 'vitest';
import type { Effect } from '../../../src/gossip/core/effect.ts';
import type { PacketMessage } from '../../../src/gossip/wire/messages.ts';
import { alive, Bench, placeOf, pushPull, suspect } from '../../support/core-bench.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'];

/** A node that knows six others and then hears nothing for so long. */
const deafFor = (ms: number) =>
  new Bench()
    .hear(...NAMES.map((name) => alive(name)))
    .wait(5_000, () => {})
    .forget()
    .wait(ms);

const accusations = (effects: readonly Effect[]): PacketMessage[] =>
  effects
    .flatMap((effect) => (effect.type === 'send' ? effect.messages : []))
    .filter(({ kind }) => kind === 'suspect' || kind === 'dead');

/** Accusations beside those that go with a ping to the accused. */
const gossiped = (bench: Bench) =>
  bench.effects.flatMap((effect) =>
    effect.type === 'send' && effect.messages[0]?.kind !== 'ping' ? accusations([effect]) : [],
  );

const isolated = (bench: Bench) =>
  bench.effects.flatMap((effect) => (effect.type === 'isolated' ? effect.isolated : []));

test('a node that hears nobody calls itself isolated after ten seconds, or twice the time that its probes take', () => {
  const bench = deafFor(4_000);
  expect(bench.core.isIsolated).toBe(false);
  bench.wait(15_000);
  expect(bench.core.isIsolated).toBe(true);
  expect(isolated(bench)).toEqual([true]);
  expect(bench.core.evidence('me').at(-1)).toMatchObject({ kind: 'isolated', detail: { state: 'begins' } });
});

test('a node without company is not isolated', () => {
  expect(new Bench().wait(120_000).core.isIsolated).toBe(false);
});

test('it takes the others for dead, and tells nobody', () => {
  const bench = deafFor(300_000);
  expect(NAMES.map((name) => bench.state(name))).toContain('dead');
  expect(gossiped(bench)).toEqual([]);
});

test('it leaves them out of a push/pull, even of the one that ends its silence', () => {
  const bench = deafFor(300_000);
  const held = NAMES.filter((name) => bench.state(name) !== 'alive');
  bench.forget().step({ type: 'asked', stream: 1, message: pushPull() });
  const [answer] = bench.effects.filter((effect) => effect.type === 'answer');
  const told = answer?.message.kind === 'pushPull' ? answer.message.nodes.map(({ name }) => name) : [];
  expect(told).toContain('me');
  for (const name of held) expect(told).not.toContain(name);
});

test('it goes on asking while all seem dead', () => {
  const bench = deafFor(600_000).forget().wait(5_000);
  expect(bench.sent('ping').length).toBeGreaterThanOrEqual(4);
});

describe('with the first sign of life', () => {
  const back = () => deafFor(300_000).forget().hear({ kind: 'ping', seqNo: 1, node: 'me' });
  const dead = (bench: Bench) => NAMES.filter((name) => bench.state(name) === 'dead');

  test('it is isolated no more and learns how things are from whoever that was', () => {
    const bench = back();
    expect(bench.core.isIsolated).toBe(false);
    expect(isolated(bench)).toEqual([false]);
    expect(bench.requests).toMatchObject([{ to: { address: '10.0.0.9', port: 9 }, message: { kind: 'pushPull' } }]);
  });

  test('everyone whom it took for dead is asked at once', () => {
    const bench = back();
    const asked = bench.sent('ping').map(({ node }) => node);
    expect(asked).toEqual(expect.arrayContaining(dead(bench)));
  });

  test('who answers is alive under the same incarnation, and nobody ever hears of it', () => {
    const bench = back();
    const gone = dead(bench);
    for (const { seqNo } of bench.sent('ping')) bench.hear({ kind: 'ack', seqNo, payload: new Uint8Array([1]) });
    bench.wait(500);
    for (const name of gone) {
      expect(bench.state(name)).toBe('alive');
      expect(bench.core.nodes.get(name)?.incarnation).toBe(1);
    }
    expect(gossiped(bench).filter((message) => 'node' in message && gone.includes(message.node))).toEqual([]);
  });

  test('who is still silent is accused then, as a suspect', () => {
    const bench = back();
    const [first, ...gone] = dead(bench);
    const ping = bench.sent('ping').find(({ node }) => node === first);
    bench
      .wait(200)
      .hear({ kind: 'ack', seqNo: ping?.seqNo ?? 0, payload: new Uint8Array([1]) })
      .wait(1_000);
    expect(bench.state(first ?? '')).toBe('alive');
    const kinds = gossiped(bench).filter((message) => 'node' in message && gone.includes(message.node));
    expect(kinds.length).toBeGreaterThan(0);
    expect(new Set(kinds.map(({ kind }) => kind))).toEqual(new Set(['suspect']));
  });

  test('nobody is accused when that sign was the only one', () => {
    const bench = back().wait(30_000);
    expect(gossiped(bench)).toEqual([]);
  });
});

test('also a short silence is kept for ourselves, until somebody is heard', () => {
  const bench = deafFor(3_000);
  const held = NAMES.filter((name) => bench.state(name) === 'suspect');
  expect(held.length).toBeGreaterThan(0);
  expect(gossiped(bench)).toEqual([]);
  expect(isolated(bench)).toEqual([]);
});

test('what others say is told on as ever', () => {
  const bench = deafFor(0).forget().hear(suspect('a')).wait(300);
  expect(gossiped(bench)).toContainEqual(suspect('a'));
  expect(placeOf('a').port).toBe(1_097);
});
