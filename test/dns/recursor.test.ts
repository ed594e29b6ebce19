import { afterEach, describe, expect, test } from 'vitest';
import { Disposal } from '../../src/base/disposal.ts';
import { connectTcp, listenTcp } from '../../src/net/tcp.ts';
import { bindUdp } from '../../src/net/udp.ts';
import { openPool } from './open-door.ts';
import { flagsOf, query } from './packets.ts';
import { OPEN_DOOR, POOL } from './pool.ts';

const LOOPBACK = '127.0.0.1';
const FOREIGN = query({ name: 'www.Example.com' });
const TRUNCATED = 0x0200;
const RECORD = Buffer.from('c00c00010001000000050004c0000201', 'hex');

let opened = new Disposal();
afterEach(async () => {
  await opened[Symbol.asyncDispose]();
  opened = new Disposal();
});

/** An answer of somebody else to a query. */
function answered(asked: Buffer, flags = 0, record = RECORD): Buffer {
  const answer = Buffer.concat([asked, record]);
  answer.writeUInt16BE(0x8100 | flags, 2);
  answer.writeUInt16BE(1, 6);
  return answer;
}

/** Another name server: gives what `reply` makes of a query, and keeps what it was asked. */
async function server(reply: (asked: Buffer) => readonly Buffer[], port = 0) {
  const asked: Buffer[] = [];
  const socket = opened.use(await bindUdp({ address: LOOPBACK, port }));
  let told: (() => void) | undefined;
  socket.onMessage((bytes, from) => {
    const packet = Buffer.from(bytes);
    asked.push(packet);
    told?.();
    for (const answer of reply(packet)) socket.send(answer, from);
  });
  const heard = (count: number) =>
    new Promise<void>((resolve) => {
      told = () => asked.length >= count && resolve();
      told();
    });
  return { asked, heard, at: `${LOOPBACK}:${socket.port}`, port: socket.port };
}

/** Asks the door over UDP, and gives as many answers as there should be. */
async function client(port: number) {
  const socket = opened.use(await bindUdp({ address: LOOPBACK, port: 0 }));
  const received: Buffer[] = [];
  let told: (() => void) | undefined;
  socket.onMessage((bytes) => {
    received.push(Buffer.from(bytes));
    told?.();
  });
  return {
    send: (packet: Buffer) => socket.send(packet, { address: LOOPBACK, port }),
    answers: (count: number) =>
      new Promise<Buffer[]>((resolve) => {
        told = () => received.length >= count && resolve(received);
        told();
      }),
  };
}

const door = (recursors: readonly string[]) => openPool(opened, POOL, { door: { ...OPEN_DOOR, recursors } });
const codeOf = (answer: Buffer | undefined) => (answer ? answer.readUInt8(3) & 15 : undefined);

describe('a name of others', () => {
  test('is asked elsewhere, and the answer comes back under the number of the asker', async () => {
    const other = await server((asked) => [answered(asked)]);
    const { door: own } = await door([other.at]);
    const { send, answers } = await client(own.port);
    send(FOREIGN);
    const [answer] = await answers(1);
    const expected = answered(FOREIGN, 0x0080);
    expect(answer?.toString('hex')).toBe(expected.toString('hex'));
    expect(other.asked.map((asked) => asked.subarray(2))).toEqual([FOREIGN.subarray(2)]);
    expect(Object.fromEntries(own.counters.forwarded)).toEqual({ answer: 1 });
  });

  test('may be that of an address; ours are answered here, without recursion', async () => {
    const other = await server((asked) => [answered(asked)]);
    const { door: own } = await door([other.at]);
    const { send, answers } = await client(own.port);
    for (const name of ['redis.group.opsbro', '9.9.9.10.in-addr.arpa', 'nope.group.opsbro']) send(query({ name }));
    const all = await answers(3);
    expect(all.map((answer) => flagsOf(answer).ra).sort()).toEqual([0, 0, 1]);
    expect(other.asked).toHaveLength(1);
  });

  test('is refused while nobody is to be asked', async () => {
    const { door: own } = await door([]);
    const { send, answers } = await client(own.port);
    send(FOREIGN);
    const [answer] = await answers(1);
    expect([codeOf(answer), answer && flagsOf(answer).ra]).toEqual([5, 0]);
  });

  test('takes no answer with another number or another question', async () => {
    const other = await server((asked) => {
      const [forged, strange] = [answered(asked), answered(asked)];
      forged.writeUInt16BE(asked.readUInt16BE(0) ^ 1, 0);
      strange.writeUInt8('x'.charCodeAt(0), 13);
      return [forged, strange, asked, Buffer.alloc(3), answered(asked, 3)];
    });
    const { door: own } = await door([other.at]);
    const { send, answers } = await client(own.port);
    send(FOREIGN);
    expect(codeOf((await answers(1))[0])).toBe(3);
  });

  test('is asked of the next server when the first says nothing for its share of 2 s', async () => {
    const [silent, other] = [await server(() => []), await server((asked) => [answered(asked)])];
    const { door: own, clock } = await door([silent.at, other.at]);
    const { send, answers } = await client(own.port);
    send(FOREIGN);
    await silent.heard(1);
    clock.run(999);
    expect(other.asked).toEqual([]);
    clock.run(1);
    expect(codeOf((await answers(1))[0])).toBe(0);
  });
});

describe('names of others', () => {
  test('wait 2 s at most, 256 of them at a time; then it is a fault of the server', async () => {
    const silent = await server(() => []);
    const { door: own, clock } = await door([silent.at]);
    const { send, answers } = await client(own.port);
    for (let sent = 0; sent < 256; sent++) send(FOREIGN);
    await silent.heard(256);
    send(FOREIGN);
    expect((await answers(1)).map(codeOf)).toEqual([2]);
    clock.run(2_000);
    expect(new Set((await answers(257)).map(codeOf))).toEqual(new Set([2]));
    expect(Object.fromEntries(own.counters.forwarded)).toEqual({ busy: 1, late: 256 });
  });

  test('that were cut are asked by TCP for one who asks by TCP', async () => {
    const whole = Buffer.concat([RECORD, RECORD]);
    const listener = await listenTcp({ address: LOOPBACK, port: 0 }, (connection) => {
      connection.onData((bytes) => {
        const answer = answered(Buffer.from(bytes.subarray(2)), 0, whole);
        const framed = Buffer.concat([Buffer.of(answer.length >> 8, answer.length & 255), answer]);
        for (const part of [framed.subarray(0, 1), framed.subarray(1, 20), framed.subarray(20)]) connection.write(part);
      });
    });
    opened.use(listener);
    const other = await server((asked) => [answered(asked, TRUNCATED)], listener.port);
    const { door: own } = await door([other.at]);
    const connection = await connectTcp({ address: LOOPBACK, port: own.port }, AbortSignal.timeout(5_000));
    const received: Uint8Array[] = [];
    const ended = new Promise<void>((resolve) => connection.onEnd(() => resolve()));
    connection.onData((bytes) => received.push(bytes));
    connection.write(Buffer.concat([Buffer.of(0, FOREIGN.length), FOREIGN]));
    connection.finish();
    await ended;
    const answer = Buffer.concat(received).subarray(2);
    expect(answer.toString('hex')).toBe(answered(FOREIGN, 0x0080, whole).toString('hex'));
    const { send, answers } = await client(own.port);
    send(FOREIGN);
    expect((await answers(1)).map((each) => flagsOf(each).tc)).toEqual([1]);
  });
});
