/**
 * Websocket clients that only count what they are sent: `clients.ts PORT CLIENTS SECONDS`. Prints `ready` once all are greeted, and after so
 * many seconds how many messages came and in how many seconds, as JSON.
 */
import { createConnection, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const HEAD =
  'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n' +
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';
const SETTLE_MS = 500;
const AT_ONCE = 50;

const [port = '0', count = '1', seconds = '2'] = process.argv.slice(2);
const counted = { messages: 0, first: 0, last: 0 };

/** Counts the frames in what one connection brings; a piece may end anywhere. */
function countFrames(socket: Socket, upgraded: () => void): void {
  let rest: Buffer = Buffer.alloc(0);
  let isUpgraded = false;
  socket.on('data', (piece) => {
    let bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    if (!isUpgraded) {
      const end = bytes.indexOf('\r\n\r\n');
      if (end < 0) {
        rest = bytes;
        return;
      }
      isUpgraded = true;
      upgraded();
      bytes = bytes.subarray(end + 4);
    }
    const used = framesIn(bytes);
    rest = used === bytes.length ? Buffer.alloc(0) : Buffer.from(bytes.subarray(used));
  });
}

/** Counts the whole frames in these bytes and answers how many bytes they take. */
function framesIn(bytes: Buffer): number {
  let at = 0;
  for (let size = sizeAt(bytes, at); size > 0 && at + size <= bytes.length; size = sizeAt(bytes, at)) {
    at += size;
    counted.messages += 1;
  }
  if (at > 0) {
    counted.last = performance.now();
    counted.first ||= counted.last;
  }
  return at;
}

/** Bytes of the frame that begins here; 0 when that cannot be told yet. */
function sizeAt(bytes: Buffer, at: number): number {
  if (bytes.length - at < 10) return 0;
  const short = (bytes[at + 1] ?? 0) & 0x7f;
  if (short < 126) return short + 2;
  return short === 126 ? bytes.readUInt16BE(at + 2) + 4 : Number(bytes.readBigUInt64BE(at + 2)) + 10;
}

const connected = (): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = createConnection({ port: Number(port), host: '127.0.0.1' }, () => socket.write(HEAD));
    socket.once('error', reject);
    countFrames(socket, resolve);
  });

for (let left = Number(count); left > 0; left -= AT_ONCE) {
  await Promise.all(Array.from({ length: Math.min(left, AT_ONCE) }, connected));
}
await pause(SETTLE_MS);
Object.assign(counted, { messages: 0, first: 0, last: 0 });
process.stdout.write('ready\n');
await pause(1_000 * Number(seconds) + SETTLE_MS);
process.stdout.write(
  `${JSON.stringify({ messages: counted.messages, seconds: (counted.last - counted.first) / 1_000 })}\n`,
  () => process.exit(0),
);
