import { expect, test } from 'vitest';
import { KvLinks } from '../../src/agent/kv-links.ts';
import { Calls } from '../../src/kv/cluster/calls.ts';
import type { PeerStream } from '../../src/peer/stream.ts';
import { SimulatedClock } from '../support/clock.ts';
import { frameStreams } from '../support/frame-streams.ts';
import { member } from '../support/nodes.ts';

const QUESTION = Buffer.from('?');

/** The links of a node to another, which answers after `answerMs`. */
function linked(answerMs = 1) {
  const clock = new SimulatedClock();
  const reasons: string[] = [];
  let opened = 0;
  const open = async () => {
    const [near, far] = frameStreams(clock);
    opened += 1;
    const noted = (listen: (reason: string) => void) => (reason: string) => {
      reasons.push(reason);
      listen(reason);
    };
    const answer = (question: Uint8Array) =>
      new Promise<Uint8Array>((resolve) => clock.after(answerMs, () => resolve(question)));
    new Calls({ ...far, onClose: (listen) => far.onClose(noted(listen)) }, clock, answer);
    return near as unknown as PeerStream;
  };
  const links = new KvLinks({
    ...{ client: { open }, clock, ownZone: () => 'internet' },
    member: (id) => member(id, { tags: new Map([['pp', '6767']]) }),
    answer: async () => undefined,
  });
  const ask = (timeoutMs = 1_000) => links.ask('other', QUESTION, timeoutMs);
  /** Lets time pass, and the turns of the process in which things are said. */
  const pass = async (ms: number) => {
    for (const part of [1, 1, 1, 1, ms - 5, 1]) {
      await new Promise((resolve) => setImmediate(resolve));
      await clock.runAsync(part);
    }
  };
  return { ask, pass, reasons, opened: () => opened, [Symbol.dispose]: () => links[Symbol.dispose]() };
}

test('a stream is kept for as long as something is asked over it, and closed a minute or two later', async () => {
  using world = linked();
  for (let turn = 0; turn < 9; turn += 1) {
    const asked = world.ask();
    await world.pass(50_000);
    expect(await asked).toEqual(QUESTION);
  }
  expect([world.opened(), world.reasons]).toEqual([1, []]);
  await world.pass(120_000);
  expect(world.reasons).toEqual(['done']);
  const asked = world.ask();
  await world.pass(1_000);
  expect([await asked, world.opened()]).toEqual([QUESTION, 2]);
});

test('nobody who waits for an answer loses the stream', async () => {
  using world = linked(300_000);
  const asked = world.ask(400_000);
  await world.pass(310_000);
  expect([await asked, world.reasons]).toEqual([QUESTION, []]);
});
