import { expect, test } from 'vitest';
import { Disposal } from '../../src/base/disposal.ts';
import { type Random, seeded } from '../../src/base/random.ts';
import { openDatagram, sealDatagram } from '../../src/gossip/wire/datagram.ts';
import { gossipKey, IN_THE_CLEAR, type Protection } from '../../src/gossip/wire/keyring.ts';
import { DROP_REASONS } from '../../src/gossip/wire/messages.ts';
import { isMalformed } from '../../src/gossip/wire/refusal.ts';
import { StreamReader, sealStream } from '../../src/gossip/wire/stream.ts';
import { bindUdp } from '../../src/net/udp.ts';
import { fromHex, vectorsOf } from '../gossip/wire/vectors.ts';
import { eventually, startMember } from '../support/gossip.ts';
import { mutated, randomBytes } from '../support/mutate.ts';

const DATAGRAMS = 1_000_000;
const STREAMS = 200_000;
const SENT = 300_000;
const MEBIBYTE = 1024 * 1024;
const { OPSBRO_TEST_SEED = String(Date.now() % 2 ** 31) } = process.env;
const seed = Number(OPSBRO_TEST_SEED);

const encrypted = await vectorsOf('encrypted.json');
const recorded = [...(await vectorsOf('plain.json')), ...(await vectorsOf('compressed.json')), ...encrypted].map(
  ([, { hex }]) => fromHex(hex),
);
const reasons: ReadonlySet<string> = new Set(DROP_REASONS);

const key = gossipKey(Buffer.from(encrypted[0]?.[1].key ?? '', 'base64'));
if (!key) throw new Error('the recording has its key');
const WAYS: readonly Protection[] = [
  IN_THE_CLEAR,
  { keyring: [key], label: '', compress: true },
  { keyring: undefined, label: 'lab1', compress: false },
];

const anything = (random: Random) => (random() < 0.5 ? randomBytes(random, 400) : mutated(random, recorded));

function packet(random: Random): { readonly bytes: Uint8Array; readonly protection: Protection } {
  const protection = WAYS[Math.floor(random() * WAYS.length)] ?? IN_THE_CLEAR;
  const bytes = anything(random);
  if (random() < 0.5) return { bytes, protection };
  // Garbage of someone who knows key and label.
  const nonce = () => Uint8Array.from({ length: 12 }, () => random() * 256);
  const [sealed = bytes] = sealDatagram([bytes], { protection, nonce, crc: random() < 0.5 });
  return { bytes: sealed, protection };
}

/** The memory of the process may grow by so much while `run` goes on, the first tenth of it not counted. */
function flat(runs: number, run: (turn: number) => void): void {
  let before = 0;
  for (let turn = 0; turn < runs; turn++) {
    if (turn === runs / 10) before = process.memoryUsage.rss();
    run(turn);
  }
  expect((process.memoryUsage.rss() - before) / MEBIBYTE).toBeLessThan(50);
}

test(`${DATAGRAMS} random and mutated datagrams (seed ${seed}) are read or counted, in flat memory`, () => {
  const random = seeded(seed);
  const counts = { messages: 0, dropped: 0 };
  flat(DATAGRAMS, (turn) => {
    const { bytes, protection } = packet(random);
    const { messages, dropped } = openDatagram(bytes, protection);
    counts.messages += messages.length;
    counts.dropped += dropped.length;
    if (messages.length + dropped.length === 0) expect.fail(`seed ${seed} turn ${turn}: nothing counted`);
    for (const reason of dropped) if (!reasons.has(reason)) expect.fail(`seed ${seed} turn ${turn}: ${reason}`);
  });
  expect(counts.messages).toBeGreaterThan(DATAGRAMS / 100);
});

test(`${STREAMS} streams of that kind (seed ${seed}) are read, refused or waited for, in flat memory`, () => {
  const random = seeded(seed);
  const outcomes = { read: 0, refused: 0, waiting: 0 };
  flat(STREAMS, () => {
    const { bytes, protection } = packet(random);
    const reader = new StreamReader(protection);
    const cut = Math.floor(random() * bytes.length);
    const content = reader.push(bytes.subarray(0, cut)) ?? reader.push(bytes.subarray(cut));
    if (!content) outcomes.waiting += 1;
    else if (isMalformed(content)) outcomes.refused += 1;
    else outcomes.read += 1;
    // Whatever could be read can be sent by us as well.
    if (content && !isMalformed(content)) sealStream(content.message, { protection, nonce: () => new Uint8Array(12) });
  });
  for (const count of Object.values(outcomes)) expect(count).toBeGreaterThan(STREAMS / 1_000);
});

test(`${SENT} of them sent to a living member (seed ${seed}) change nothing, and each is accounted for`, async () => {
  await using closing = new Disposal();
  const random = seeded(seed);
  const options = { maxPacketsPerSource: 1_000_000 };
  const [a, b] = [closing.use(await startMember('a', options)), closing.use(await startMember('b', options))];
  await b.join([`127.0.0.1:${a.port}`]);
  await eventually(() => a.members.size === 2 && b.members.size === 2, 2_000);
  const source = closing.use(await bindUdp({ address: '127.0.0.1', port: 0 }));
  // No address that a recording names may be written to; that would be answers to strangers of this network.
  const harmless = recorded.filter((bytes) => bytes.length < 40);
  const before = process.memoryUsage.rss();
  let failed = 0;
  for (let sent = 0; sent < SENT; sent++) {
    const bytes = random() < 0.5 ? randomBytes(random, 400) : mutated(random, harmless);
    source.send(bytes, { address: '127.0.0.1', port: a.port }, () => {
      failed += 1;
    });
    if (sent % 50 === 49) await new Promise((resolve) => setImmediate(resolve));
  }
  const taken = () => (a.counters.get('packets_in') ?? 0) + (a.counters.get('dropped_kernel') ?? 0) + failed;
  await eventually(() => taken() >= SENT, 10_000);
  expect((process.memoryUsage.rss() - before) / MEBIBYTE).toBeLessThan(50);
  expect(a.counters.get('internal_error') ?? 0).toBe(0);
  expect([...a.members.values()].map(({ name, state }) => `${name} ${state}`).sort()).toEqual(['a alive', 'b alive']);
});
