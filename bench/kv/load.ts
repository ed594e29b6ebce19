/** Loads servers of keys, each client with one request after the other over a connection that is kept, and prints what it saw as JSON. */
import { connect } from 'node:net';

/** What is to be loaded. */
export interface KvLoad {
  /** Paths of unix sockets or ports of loopback; clients are spread over them. */
  readonly places: readonly (string | number)[];
  readonly form: 'opsbro' | 'etcd';
  /** `near`: whichever member is asked answers by itself. */
  readonly op: 'put' | 'get' | 'near';
  readonly clients: number;
  readonly seconds: number;
}

/** What came of it. */
export interface KvSeen {
  /** Requests a second. */
  readonly rate: number;
  /** Milliseconds within which half, and 99 of 100, were answered. */
  readonly p50: number;
  readonly p99: number;
  /** Answers that were no success. */
  readonly bad: number;
}

const KEYS = 1_000;
const VALUE = 'v'.repeat(128);

const base64 = (text: string): string => Buffer.from(text).toString('base64');

function requestOf({ form, op }: KvLoad, key: string): Buffer {
  const head = (line: string, length: number) => `${line} HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`;
  if (form === 'etcd') {
    const body =
      op === 'put'
        ? JSON.stringify({ key: base64(key), value: base64(VALUE) })
        : JSON.stringify({ key: base64(key), serializable: op === 'near' });
    return Buffer.from(head(`POST /v3/kv/${op === 'put' ? 'put' : 'range'}`, body.length) + body);
  }
  if (op === 'put') return Buffer.from(head(`PUT /kv/${key}`, VALUE.length) + VALUE);
  return Buffer.from(`GET /kv/${key}?raw${op === 'near' ? '&r=1' : ''} HTTP/1.1\r\nHost: x\r\n\r\n`);
}

/** Bytes of the answer at the begin of `received`; 0 while it is not whole. */
function sizeOf(received: Buffer): number {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return 0;
  const head = received.toString('latin1', 0, end).toLowerCase();
  const length = /content-length: *(\d+)/.exec(head)?.[1];
  const size = end + 4 + Number(length ?? 0);
  return length !== undefined && received.length >= size ? size : 0;
}

async function run(load: KvLoad): Promise<KvSeen> {
  const requests = Array.from({ length: KEYS }, (_, at) => requestOf(load, `bench/key${at}`));
  const times: number[] = [];
  let [bad, next] = [0, 0];
  const started = performance.now();
  const end = started + load.seconds * 1_000;
  const client = (place: string | number) =>
    new Promise<void>((resolve, reject) => {
      const socket = typeof place === 'string' ? connect(place) : connect(place, '127.0.0.1');
      let received = Buffer.alloc(0);
      let asked = 0;
      const ask = () => {
        // Every key is written at least once, so that it can be read later.
        if (performance.now() >= end && (load.op !== 'put' || next >= KEYS)) {
          socket.destroy();
          resolve();
          return;
        }
        asked = performance.now();
        socket.write(requests[next++ % KEYS] ?? '');
      };
      socket.setNoDelay(true).once('connect', ask).once('error', reject);
      socket.on('data', (bytes) => {
        received = received.length === 0 ? bytes : Buffer.concat([received, bytes]);
        const size = sizeOf(received);
        if (size === 0) return;
        if (!received.toString('latin1', 9, 12).startsWith('2')) bad += 1;
        received = received.subarray(size);
        times.push(performance.now() - asked);
        ask();
      });
    });
  const { places } = load;
  await Promise.all(Array.from({ length: load.clients }, (_, at) => client(places[at % places.length] ?? 0)));
  const seconds = (performance.now() - started) / 1_000;
  times.sort((one, other) => one - other);
  const within = (share: number) => times[Math.floor(times.length * share)] ?? Number.NaN;
  return { rate: times.length / seconds, p50: within(0.5), p99: within(0.99), bad };
}

process.stdout.write(`${JSON.stringify(await run(JSON.parse(process.argv[2] ?? '{}') as KvLoad))}\n`);
