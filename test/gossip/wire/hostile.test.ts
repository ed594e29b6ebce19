import { expect, test } from 'vitest';
import { type Random, seeded } from '../../../src/base/random.ts';
import { decodeAckPayload } from '../../../src/gossip/wire/ack-payload.ts';
import { DROP_REASONS } from '../../../src/gossip/wire/messages.ts';
import { encode } from '../../../src/gossip/wire/packet.ts';
import { decodeQueryPayload } from '../../../src/gossip/wire/query-payloads.ts';
import { decodeTags } from '../../../src/gossip/wire/tags.ts';
import { clearReader, opened as openedClear } from '../../support/clear.ts';
import { mutated, randomBytes } from '../../support/mutate.ts';
import { fromHex, toHex, vectorsOf } from './vectors.ts';

const RUNS = 30_000;
const { OPSBRO_TEST_SEED = '20261121' } = process.env;
const seed = Number(OPSBRO_TEST_SEED);

const recorded = [...(await vectorsOf('plain.json')), ...(await vectorsOf('compressed.json'))].map(([, { hex }]) =>
  fromHex(hex),
);
const reasons: ReadonlySet<string> = new Set(DROP_REASONS);

const packets = (random: Random) => (random() < 0.3 ? randomBytes(random, 200) : mutated(random, recorded));

test(`${RUNS} random and mutated packets (seed ${seed}) are read or counted, and none throws`, () => {
  const random = seeded(seed);
  const counts = { messages: 0, dropped: 0 };
  for (let run = 0; run < RUNS; run++) {
    const packet = packets(random);
    const { messages, dropped } = opened(packet, run);
    counts.messages += messages.length;
    counts.dropped += dropped.length;
    if (messages.length + dropped.length === 0) expect.fail(`seed ${seed} run ${run}: nothing counted`);
    for (const reason of dropped) if (!reasons.has(reason)) expect.fail(`seed ${seed} run ${run}: ${reason}`);
  }
  expect(counts.messages).toBeGreaterThan(RUNS / 20);
  expect(counts.dropped).toBeGreaterThan(RUNS / 4);
});

test(`the same as streams and payloads (seed ${seed}) never throws, in one piece or two`, () => {
  const random = seeded(seed);
  for (let run = 0; run < RUNS / 10; run++) {
    const packet = packets(random);
    const cut = Math.floor(random() * packet.length);
    const halves = clearReader();
    const first = halves.push(packet.subarray(0, cut));
    expect(halves.push(packet.subarray(cut)), `seed ${seed} run ${run}: ${toHex(packet)}`).toEqual(
      first ?? clearReader().push(packet),
    );
    for (const read of [decodeAckPayload, decodeQueryPayload, decodeTags]) read(packet);
  }
});

test('whatever was read can be written again', () => {
  const random = seeded(seed + 1);
  for (let run = 0; run < RUNS / 10; run++) {
    for (const message of opened(packets(random), run).messages) {
      const [again] = openedClear(encode(message)).messages;
      expect(again, `seed ${seed + 1} run ${run}`).toEqual(message);
    }
  }
});

function opened(packet: Uint8Array, run: number) {
  try {
    return openedClear(packet);
  } catch (error) {
    return expect.fail(`seed ${seed} run ${run}: ${toHex(packet)} threw ${error}`);
  }
}
