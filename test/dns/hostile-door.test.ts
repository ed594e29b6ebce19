import { spawnSync } from 'node:child_process';
import { afterEach, describe, expect, test } from 'vitest';
import { Disposal } from '../../src/base/disposal.ts';
import type { DnsOptions } from '../../src/dns/dns.ts';
import { bindUdp } from '../../src/net/udp.ts';
import { openPool } from './open-door.ts';
import { opt, packetOf, query, sectionsOf, TYPES, wireName } from './packets.ts';
import { OPEN_DOOR, POOL } from './pool.ts';

const NAME = 'redis.group.dc1.opsbro';
const LOOPBACK = '127.0.0.1';
const LARGEST = 65_507;
const QUESTION = [...wireName(NAME), 0, 1, 0, 1];
const POINTED = [0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0];
const TSIG = [0, 0, 250, 0, 255, 0, 0, 0, 0, 0, 3, 1, 2, 3];
/** Number of the good question that follows each bad packet. */
const GOOD = 0x7777;

let opened = new Disposal();
afterEach(async () => {
  await opened[Symbol.asyncDispose]();
  opened = new Disposal();
});

interface SentBack {
  readonly received: readonly Buffer[];
  /** How many records the good question got. */
  readonly good: number;
}

/** An open door, and what it sends back for a packet until it has answered the good question behind it. */
async function open(changes: Partial<DnsOptions> = {}) {
  const { door } = await openPool(opened, POOL, changes);
  const socket = opened.use(await bindUdp({ address: LOOPBACK, port: 0 }));
  const good = query({ name: NAME });
  good.writeUInt16BE(GOOD, 0);
  const sentBack = (packet: Buffer) =>
    new Promise<SentBack>((resolve) => {
      const received: Buffer[] = [];
      socket.onMessage((bytes) => {
        const answer = Buffer.from(bytes);
        if (answer.readUInt16BE(0) !== GOOD) received.push(answer);
        else resolve({ received, good: sectionsOf(answer).answers.length });
      });
      for (const each of [packet, good]) socket.send(each, { address: LOOPBACK, port: door.port });
    });
  return { door, sentBack };
}

/** A packet that is filled with records which parse, as long as a datagram can be. */
function stuffed(): Buffer {
  const bare = packetOf(0, [1, 0, 0, 0], QUESTION);
  const records = Math.floor((LARGEST - bare.length - TSIG.length) / TSIG.length);
  const rest = LARGEST - bare.length - records * TSIG.length;
  const last = Buffer.concat([Buffer.from(TSIG.slice(0, 9)), Buffer.alloc(rest - 9)]);
  last.writeUInt16BE(rest - 11, 9);
  const whole = Buffer.concat([bare, ...Array.from({ length: records }, () => Buffer.from(TSIG)), last]);
  whole.writeUInt16BE(records + 1, 10);
  return whole;
}

/** The code that comes back, or `nothing`; behind it what follows the header: nothing, the question, or more. */
function told([answer, more]: readonly Buffer[], packet: Buffer): string {
  if (!answer) return 'nothing';
  if (more) return 'several answers';
  const code = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'][answer.readUInt8(3) & 15];
  const rest = answer.subarray(12);
  const isQuestion = rest.length > 0 && rest.equals(packet.subarray(12, 12 + rest.length));
  return `${code}${rest.length === 0 ? '' : isQuestion ? ' question' : ' more'}`;
}

describe('the open door', () => {
  test.each<[string, Buffer, string, string?]>([
    ['an empty datagram', Buffer.alloc(0), 'nothing', 'short'],
    ['11 bytes', Buffer.alloc(11), 'nothing', 'short'],
    ['a response', query({ name: NAME, flags: 0x8100 }), 'nothing', 'response'],
    ['no question', packetOf(0, [0, 0, 0, 0]), 'FORMERR', 'question'],
    ['two questions', packetOf(0, [2, 0, 0, 0], QUESTION, QUESTION), 'FORMERR', 'question'],
    ['a question cut short', packetOf(0, [1, 0, 0, 0], QUESTION.slice(0, -1)), 'FORMERR', 'question'],
    ['a label of 64 bytes', packetOf(0, [1, 0, 0, 0], [64, ...QUESTION]), 'FORMERR', 'question'],
    ['a label of 191 bytes', packetOf(0, [1, 0, 0, 0], [191, ...QUESTION]), 'FORMERR', 'question'],
    ['a name over 255 bytes', query({ name: `${'a.'.repeat(124)}opsbro` }), 'FORMERR', 'question'],
    ['a pointer at itself', packetOf(0, [1, 0, 0, 0], [0xc0, 12, 0, 1, 0, 1]), 'FORMERR', 'question'],
    ['two pointers at each other', packetOf(0, [1, 0, 0, 0], [0xc0, 14, 0xc0, 12, 0, 1, 0, 1]), 'FORMERR', 'question'],
    ['an answer', packetOf(0, [1, 1, 0, 0], QUESTION, POINTED), 'FORMERR', 'counts'],
    ['an authority', packetOf(0, [1, 0, 1, 0], QUESTION, POINTED), 'FORMERR', 'counts'],
    ['an additional record cut short', packetOf(0, [1, 0, 0, 1], QUESTION, [0, 0, 41]), 'FORMERR', 'additional'],
    [
      'RDLENGTH past the end',
      packetOf(0, [1, 0, 0, 1], QUESTION, opt(512).slice(0, 9), [9, 9]),
      'FORMERR',
      'additional',
    ],
    ['bytes left over', packetOf(0, [1, 0, 0, 0], QUESTION, [0]), 'FORMERR', 'additional'],
    [
      '65,507 bytes, most of them left over',
      Buffer.concat([query({ name: NAME }), Buffer.alloc(LARGEST - 40)]),
      'FORMERR',
      'additional',
    ],
    ['65,507 bytes of records that parse', stuffed(), 'NOERROR more'],
    ['a signature', packetOf(0, [1, 0, 0, 1], QUESTION, TSIG), 'NOERROR more'],
    ['class CH', query({ name: NAME, class: 3 }), 'REFUSED question'],
    ['class HS', query({ name: NAME, class: 4 }), 'REFUSED question'],
    ['class NONE', query({ name: NAME, class: 254 }), 'REFUSED question'],
    ['class ANY', query({ name: NAME, class: 255 }), 'NOERROR more'],
    ['the question for OPT', query({ name: NAME, type: TYPES.OPT }), 'FORMERR', 'opt'],
    ['opcode 1', query({ name: NAME, flags: 1 << 11 }), 'NOTIMP question', 'opcode'],
    ['opcode 2', query({ name: NAME, flags: 2 << 11 }), 'NOTIMP question', 'opcode'],
    ['opcode 4', query({ name: NAME, flags: 4 << 11 }), 'NOTIMP question', 'opcode'],
    ['opcode 5', query({ name: NAME, flags: 5 << 11 }), 'NOTIMP question', 'opcode'],
    ['opcode 5 without a question', packetOf(5 << 11, [0, 0, 0, 0]), 'NOTIMP', 'opcode'],
    ['NUL and dots in a label', packetOf(0, [1, 0, 0, 0], [4, 0, 46, 46, 10], QUESTION), 'NXDOMAIN more'],
    ['bytes above 127', packetOf(0, [1, 0, 0, 0], [2, 0xff, 0xfe], QUESTION), 'NXDOMAIN more'],
  ])('gets %s, and still answers', async (_, packet, expected, bad) => {
    const { door, sentBack } = await open();
    const { received, good } = await sentBack(packet);
    expect([told(received, packet), good]).toEqual([expected, 2]);
    expect(Object.fromEntries(door.counters.bad)).toEqual(bad === undefined ? {} : { [bad]: 1 });
  });
});

describe('the open door and whoever asks', () => {
  test('who may not ask is refused, with the question and no more', async () => {
    const { door, sentBack } = await open({ door: { ...OPEN_DOOR, allow: ['10.0.0.0/8'] } });
    const packet = query({ name: NAME, edns: 1232 });
    expect((await sentBack(packet)).received.map((answer) => answer.toString('hex'))).toEqual([
      Buffer.concat([Buffer.from('123481050001000000000000', 'hex'), packet.subarray(12, -11)]).toString('hex'),
    ]);
    expect(door.counters.bad.get('not-allowed')).toBe(2);
  });

  test('one with its own port is answered once, and its own answer not at all', async () => {
    const { door, sentBack } = await open();
    const twin = opened.use(await bindUdp({ address: '127.0.0.2', port: door.port }));
    const place = { address: LOOPBACK, port: door.port };
    const answers: Buffer[] = [];
    await new Promise<void>((resolve) => {
      twin.onMessage((bytes) => {
        answers.push(Buffer.from(bytes));
        resolve();
      });
      twin.send(query({ name: NAME }), place);
    });
    // What the door answered comes back to it as if from another name server.
    for (const answer of answers) twin.send(answer, place);
    expect(await sentBack(query({ name: NAME }))).toMatchObject({ good: 2 });
    expect(answers).toHaveLength(1);
    expect(Object.fromEntries(door.counters.bad)).toEqual({ response: 1 });
  });

  // Only root may write the header of a datagram.
  test.skipIf(process.getuid?.() !== 0)('port 0 is not answered', async () => {
    const { door, sentBack } = await open();
    const packet = query({ name: NAME });
    const header = Buffer.alloc(8);
    header.writeUInt16BE(door.port, 2);
    header.writeUInt16BE(header.length + packet.length, 4);
    const datagram = Buffer.concat([header, packet]).toString('hex');
    const program = `import socket; socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP).sendto(bytes.fromhex('${datagram}'), ('${LOOPBACK}', 0))`;
    expect(spawnSync('python3', ['-c', program], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
    expect(await sentBack(packet)).toMatchObject({ good: 2 });
    expect(Object.fromEntries(door.counters.bad)).toEqual({ port: 1 });
  });
});
