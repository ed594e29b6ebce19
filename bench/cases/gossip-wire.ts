import { secureBytes } from '../../src/base/random.ts';
import { openDatagram, sealDatagram } from '../../src/gossip/wire/datagram.ts';
import { gossipKey, IN_THE_CLEAR, type Protection } from '../../src/gossip/wire/keyring.ts';
import { lzwDecode } from '../../src/gossip/wire/lzw.ts';
import { lzwEncode } from '../../src/gossip/wire/lzw-encode.ts';
import type { PacketMessage } from '../../src/gossip/wire/messages.ts';
import { encode } from '../../src/gossip/wire/packet.ts';
import { encodeTags } from '../../src/gossip/wire/tags.ts';
import { type BenchCase, median, type Row } from '../case.ts';

const ROUNDS = 9;
const ROUND_MS = 120;

const key = gossipKey(new Uint8Array(32).fill(1));
if (!key) throw new Error('32 bytes are a key');

const source = { address: '10.0.0.2', port: 6_768, node: 'n2' };
const alive = (at: number): PacketMessage => ({
  kind: 'alive',
  node: `node-${at}`,
  incarnation: 3,
  address: `10.0.0.${at}`,
  port: 6_768,
  meta: encodeTags(
    new Map([
      ['ob', '1'],
      ['id', `5f0c7a52-0000-4000-8000-00000000000${at}`],
      ['g', 'linux,web,kv'],
    ]),
  ),
  versions: [1, 5, 2, 2, 5, 5],
});

/** A probe, its answer, and a round of gossip: what a node sends all day. */
const DATAGRAMS: ReadonlyMap<string, readonly PacketMessage[]> = new Map<string, readonly PacketMessage[]>([
  ['ping', [{ kind: 'ping', seqNo: 70_000, node: 'n1', source }]],
  [
    'ack with coordinate',
    [{ kind: 'ack', seqNo: 70_000, payload: Uint8Array.from({ length: 131 }, (_, i) => i * 37) }],
  ],
  ['8 news', [1, 2, 3, 4, 5, 6, 7, 8].map(alive)],
]);

const WAYS: ReadonlyMap<string, Protection> = new Map([
  ['plain', IN_THE_CLEAR],
  ['compressed', { ...IN_THE_CLEAR, compress: true }],
  ['encrypted', { ...IN_THE_CLEAR, keyring: [key] as const }],
  ['compressed, encrypted', { ...IN_THE_CLEAR, compress: true, keyring: [key] as const }],
]);

const nonce = () => secureBytes(12);

/** Calls in a second of processor time, the middle of some rounds: what else runs on the machine takes no part. */
function rate(work: () => unknown): number {
  const rates = Array.from({ length: ROUNDS }, () => {
    const start = process.cpuUsage();
    const spent = () => {
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1_000;
    };
    let calls = 0;
    for (; spent() < ROUND_MS; calls += 5) for (let batch = 0; batch < 5; batch++) work();
    return (calls * 1_000) / spent();
  });
  return median(rates);
}

function packets(): Row[] {
  const rows: Row[] = [];
  for (const [name, messages] of DATAGRAMS) {
    let plain = Number.NaN;
    for (const [way, protection] of WAYS) {
      const value = rate(() => {
        const parts = messages.map(encode);
        for (const bytes of sealDatagram(parts, { protection, nonce, crc: true })) openDatagram(bytes, protection);
      });
      if (way === 'plain') plain = value;
      rows.push({
        case: `${name}, written and read, ${way}`,
        value,
        unit: 'packets/CPU s',
        ratio: plain / value,
        peer: 'the time of plain',
      });
    }
  }
  return rows;
}

function compression(): Row[] {
  const text = Buffer.concat(Array.from({ length: 300 }, (_, at) => encode(alive(at % 9))));
  const short = lzwEncode(text);
  const megabytes = text.length / 1_000_000;
  return [
    { case: 'LZW of a push/pull, written', value: rate(() => lzwEncode(text)) * megabytes, unit: 'MB/CPU s' },
    {
      case: 'LZW of a push/pull, read',
      value: rate(() => lzwDecode(short, text.length)) * megabytes,
      unit: 'MB/CPU s',
    },
    { case: 'LZW of a push/pull, size', value: short.length / text.length, unit: 'of plain' },
  ];
}

const bench: BenchCase = {
  name: 'gossip: datagrams written and read, plain, compressed and encrypted',
  async run() {
    return [...packets(), ...compression()];
  },
};

export default bench;
