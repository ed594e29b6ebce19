import { EventEmitter, once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onEnding } from '../../src/cli/ending.ts';
import { run } from '../../src/cli/run.ts';
import type { World } from '../../src/cli/world.ts';

/**
 * What a fake agent answers to `METHOD /target`: a value as JSON, or a status, headers and a value. A function of a `METHOD /path` answers
 * whatever the query is, and is told the whole target.
 */
export type Answers = Readonly<Record<string, unknown>>;
type Answering = (target: string) => unknown;

/** An answer that is not simply 200. */
export class Answered {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/** The error answer of an agent. */
export const refused = (status: number, code: string, message: string, details?: unknown): Answered =>
  new Answered(status, { error: { code, message, ...(details === undefined ? {} : { details }) } });

/** An agent that only knows these answers, on a unix socket of its own. It is initialized unless it says otherwise. */
export async function fakeAgent(answers: Answers) {
  const folder = await mkdtemp(join(tmpdir(), 'opsbro-cli-'));
  const socket = join(folder, 'data', 'opsbro.sock');
  await mkdir(join(folder, 'data'));
  const asked: string[] = [];
  const known = new Map<string, unknown>([['GET /agent/state', 'ok'], ...Object.entries(answers)]);
  const server = createServer(async (request, response) => {
    const name = `${request.method} ${request.url}`;
    const body = await bodyOf(request);
    asked.push(body === '' ? name : `${name} ${body}`);
    const entry = known.get(name) ?? known.get(name.replace(/\?.*/, ''));
    const isKnown = known.has(name) || typeof entry === 'function';
    const value = typeof entry === 'function' ? await (entry as Answering)(request.url ?? '') : known.get(name);
    const found = isKnown ? value : refused(404, 'unknown_route', `nothing is at ${name}`);
    const answer = found instanceof Answered ? found : new Answered(200, found);
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    const isText = answer.headers['content-type']?.startsWith('text/') === true;
    response.end(isText ? String(answer.body) : JSON.stringify(answer.body));
  });
  server.listen(socket);
  await once(server, 'listening');
  return {
    home: folder,
    socket,
    server,
    /** Everything that was asked, beside whether it is initialized. */
    asked: () => asked.filter((name) => name !== 'GET /agent/state'),
    /** The same agent at a port of loopback. */
    async atPort() {
      const door = createServer((request, response) => server.emit('request', request, response));
      door.listen(0, '127.0.0.1');
      await once(door, 'listening');
      const { port } = door.address() as AddressInfo;
      return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: async () => void door.close() };
    },
    async [Symbol.asyncDispose]() {
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

interface Situation {
  readonly home?: string;
  readonly env?: World['env'];
  readonly terminal?: 'terminal' | 'pipe';
  readonly columns?: number;
  readonly rows?: number;
  /** Is given what to call when the terminal has another size. */
  resized?(task: () => void): void;
  readonly input?: string;
  /** Where the program lies; here when left out. */
  readonly program?: string;
  /** The user interrupts once it is aborted. */
  readonly interrupt?: AbortSignal;
  /** Emits the signals that would end the program. */
  readonly signals?: EventEmitter;
}

/** How a command line ended. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in this process, in a made-up world. Words are parted by blanks; a list of words is taken as it is. */
export async function opsbro(line: string | readonly string[], situation: Situation = {}): Promise<Ended> {
  const written = { out: [] as Buffer[], err: [] as Buffer[] };
  const isTTY = situation.terminal === 'terminal';
  const sink = (name: keyof typeof written) => ({
    write: (chunk: string | Uint8Array) => void written[name].push(Buffer.from(chunk)),
    isTTY,
    columns: isTTY ? (situation.columns ?? 80) : undefined,
    rows: isTTY ? (situation.rows ?? 50) : undefined,
  });
  const world: World = {
    env: { LANG: 'C.UTF-8', OPSBRO_HOME: situation.home ?? '/nowhere', ...situation.env },
    cwd: '/',
    uid: 1_000,
    userHome: '/home/none',
    program: situation.program ?? fileURLToPath(new URL('../../', import.meta.url)),
    out: sink('out'),
    err: sink('err'),
    input: Object.assign(streamOf(situation.input ?? ''), { isTTY: false }),
    outliveOutput() {},
    onResize(task) {
      situation.resized?.(task);
      return { [Symbol.dispose]() {} };
    },
    onEnding: (task) => onEnding(situation.signals ?? new EventEmitter(), task),
    onInterrupt(task) {
      situation.interrupt?.addEventListener('abort', task);
      return { [Symbol.dispose]: () => situation.interrupt?.removeEventListener('abort', task) };
    },
  };
  const argv = typeof line === 'string' ? line.split(' ').filter((word) => word !== '') : line;
  const code = await run(argv, world);
  return { code, out: Buffer.concat(written.out).toString(), err: Buffer.concat(written.err).toString() };
}

async function* streamOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
