/**
 * Sends samples or points as fast as asked, and prints what was sent and how many seconds it took until all was read.
 * `send.ts udp PORT RATE SECONDS single|multi`, `send.ts timers PORT COUNT`, `send.ts lines PORT SERIES POINTS PREFIX AGE`: the last of
 * POINTS is so many seconds old, and the first line is sent half a second after the start or later.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const [kind = '', port = '0', ...words] = process.argv.slice(2);
const PER_PACKET = 20;
const VALUES = 10;
/** When the first line is sent at the earliest, counted from the start of this process. */
const FIRST_LINE_MS = 500;

/** Half counters, half timers, over fifty names each. */
const samples = Array.from({ length: 1_000 }, (_, at) =>
  at % 2 === 1 ? `bench.app${at % 50}.req:${(at % 9) + 1}|c` : `bench.app${at % 50}.time:${at % 300}.${at % 10}|ms`,
);

function packed(lines: readonly string[]): Buffer[] {
  const packets: Buffer[] = [];
  for (let from = 0; from < lines.length; from += PER_PACKET) {
    packets.push(Buffer.from(lines.slice(from, from + PER_PACKET).join('\n')));
  }
  return packets;
}

async function sendDatagrams(packets: readonly Buffer[], rate: number, total: number): Promise<number> {
  const socket = createSocket({ type: 'udp4', sendBufferSize: 4 * 1024 * 1024 });
  socket.connect(Number(port), '127.0.0.1');
  await once(socket, 'connect');
  const started = performance.now();
  for (let sent = 0; sent < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - started) * rate) / 1_000) + 1);
    for (; sent < due; sent++) socket.send(packets[sent % packets.length] ?? '');
    await pause(0);
  }
  const seconds = (performance.now() - started) / 1_000;
  socket.close();
  return seconds;
}

async function sendLines(series: number, points: number, [prefix = 'bench', age = '0']: string[]): Promise<number> {
  const end = Math.floor((Date.now() / 1_000 - Number(age)) / 10) * 10;
  const chunks: string[] = [];
  for (let point = 0; point < points; point++) {
    const value = (50 + 40 * Math.sin(point / 60)).toFixed(2);
    const time = end - (points - 1 - point) * 10;
    for (let from = 0; from < series; from += 500) {
      const some = Array.from({ length: Math.min(500, series - from) }, (_, at) => from + at);
      chunks.push(
        some.map((at) => `${prefix}.host${Math.floor(at / 10)}.cpu${at % 10}.idle ${value} ${time}\n`).join(''),
      );
    }
  }
  const socket = connect(Number(port), '127.0.0.1').resume();
  await once(socket, 'connect');
  await pause(Math.max(0, FIRST_LINE_MS - performance.now()));
  const started = performance.now();
  for (const chunk of chunks) if (!socket.write(chunk)) await once(socket, 'drain');
  socket.end();
  await once(socket, 'close');
  return (performance.now() - started) / 1_000;
}

async function run(): Promise<{ readonly packets: number; readonly count: number; readonly seconds: number }> {
  if (kind === 'lines') {
    const [series = 0, points = 0] = words.slice(0, 2).map(Number);
    return { packets: 0, count: series * points, seconds: await sendLines(series, points, words.slice(2)) };
  }
  if (kind === 'timers') {
    const lines = Array.from({ length: Number(words[0]) }, (_, at) => `bench.t.${at}.time:${(at * 7_919) % 1_000}|ms`);
    const packets = packed(lines);
    const total = packets.length * VALUES;
    return { packets: total, count: total * PER_PACKET, seconds: await sendDatagrams(packets, 4_000, total) };
  }
  const [rate = 0, seconds = 0] = words.slice(0, 2).map(Number);
  const isSingle = words[2] === 'single';
  const packets = isSingle ? samples.map((line) => Buffer.from(line)) : packed(samples);
  const total = rate * seconds;
  return {
    packets: total,
    count: total * (isSingle ? 1 : PER_PACKET),
    seconds: await sendDatagrams(packets, rate, total),
  };
}

process.stdout.write(`${JSON.stringify(await run())}\n`);
