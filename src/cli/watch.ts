import { connect } from 'node:net';
import type { WebSocket } from 'ws';
import { delay, systemClock } from '../base/clock.ts';
import type { Api } from '../http/api.ts';
import { unreachable } from './client.ts';
import type { Context, OptionSpecs } from './command.ts';
import { countIn } from './count.ts';
import { UsageError } from './failure.ts';
import type { Member } from './members.ts';

const AGAIN_MS = 500;
/** Changes that come together are drawn together. */
const DRAW_MS = 100;
const HOME_AND_CLEAR = '\u001b[H\u001b[2J';

/** Something the agent told of by itself. */
export type Frame =
  | { readonly channel: 'gossip'; readonly ts: number; readonly payload: MemberNews }
  | { readonly channel: 'collectors'; readonly ts: number; readonly payload: CollectorNews }
  | { readonly channel: 'events'; readonly ts: number; readonly payload: Api['POST /agent/event']['answer'] };

type MemberNews = (Member & { readonly type: string }) | { readonly type: 'gossip::reaped'; readonly uuid: string };

type CollectorNews = Pick<Api['GET /collectors/:name']['answer'], 'name' | 'state' | 'log' | 'results'>;

/** What is watched, and how it is shown. */
export interface Watching {
  readonly channel: Frame['channel'];
  /** What a change is as a line; nothing when it is of no interest. */
  lineOf(frame: Frame): string | undefined;
  /** Shows everything anew, for terminals; without it they get lines as well. */
  draw?(): Promise<void>;
}

/** Options of a command that watches. */
export const WATCH_OPTIONS = {
  watch: { kind: 'flag', description: 'show every change as it happens, until interrupted' },
  count: { kind: 'value', placeholder: 'N', description: 'with --watch: end after so many changes' },
} as const satisfies OptionSpecs;

const CHANGES = { least: 1, most: 999_999_999 };

/** How many changes were asked for. Throws a `UsageError` at anything but a number, and at one when nobody watches. */
export function changesWanted({
  watch: isWatched,
  count,
}: {
  readonly watch: boolean;
  readonly count: string | undefined;
}): number {
  if (count === undefined) return Number.POSITIVE_INFINITY;
  if (isWatched) return countIn('--count', count, CHANGES);
  throw new UsageError('--count says how many changes --watch shows; write both');
}

/**
 * Shows every change until so many were shown or the user interrupts. An agent that is not there is an error at first; later it may start
 * again.
 */
export async function watch(watching: Watching, count: number, context: Context): Promise<void> {
  const { WebSocket } = await import('ws');
  // By this it is known where to ask when the socket may not be opened.
  await context.agent.ask('GET /agent/state', {});
  const stop = new AbortController();
  using _interrupt = context.world.onInterrupt(() => stop.abort());
  const view = new View(watching, context, { count, end: () => stop.abort() });
  for (let isFirst = true; !stop.signal.aborted; isFirst = false) {
    const socket = open(WebSocket, context.agent);
    try {
      await listened(socket, view, stop.signal);
    } catch (error) {
      if (isFirst) throw unreachable(error, context.agent.address);
    }
    if (stop.signal.aborted) break;
    if (isFirst) context.terminal.note('the agent is gone; waiting for it');
    const stay = setInterval(() => {}, AGAIN_MS);
    await delay(systemClock, AGAIN_MS, stop.signal).catch(() => undefined);
    clearInterval(stay);
  }
  await view.end();
}

function open(Socket: typeof WebSocket, { address, heads: headers, trust }: Context['agent']): WebSocket {
  if (address.kind === 'http')
    return new Socket(new URL('/ws', address.url.href.replace(/^http/, 'ws')), { ...trust, headers });
  return new Socket('ws://localhost/ws', { createConnection: () => connect(address.path) });
}

/** Resolves when the connection is over; rejects when there never was one. */
function listened(socket: WebSocket, view: View, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const hangUp = () => socket.close();
    signal.addEventListener('abort', hangUp, { once: true });
    socket.on('open', () => {
      // Nothing else is of interest here.
      socket.send(JSON.stringify({ subscribe: view.channel }));
      view.begin();
    });
    socket.on('message', (message) => view.hear(JSON.parse(String(message)) as Frame));
    socket.on('error', reject);
    socket.on('close', () => {
      signal.removeEventListener('abort', hangUp);
      resolve();
    });
  });
}

/** What is on the screen, or goes out line by line. */
class View {
  readonly #watching: Watching;
  readonly #context: Context;
  readonly #draw: (() => Promise<void>) | undefined;
  readonly #end: () => void;
  #left: number;
  #due: NodeJS.Timeout | undefined;
  #drawing: Promise<void> = Promise.resolve();

  constructor(watching: Watching, context: Context, { count, end }: { readonly count: number; end(): void }) {
    const { terminal } = context;
    this.#watching = watching;
    this.#context = context;
    this.#draw = terminal.isTerminal && !terminal.json ? watching.draw : undefined;
    this.#left = count;
    this.#end = end;
  }

  get channel(): Frame['channel'] {
    return this.#watching.channel;
  }

  begin(): void {
    if (this.#draw) this.#drawSoon();
  }

  hear(frame: Frame): void {
    if (frame.channel !== this.#watching.channel || this.#left <= 0) return;
    const line = this.#watching.lineOf(frame);
    if (line === undefined) return;
    if (this.#draw) this.#drawSoon();
    else this.#context.terminal.line(this.#context.terminal.json ? JSON.stringify(frame.payload) : line);
    this.#left -= 1;
    if (this.#left <= 0) this.#end();
  }

  /** What is still to be drawn is drawn. */
  async end(): Promise<void> {
    if (this.#due !== undefined) this.#drawNow();
    await this.#drawing;
  }

  #drawSoon(): void {
    this.#due ??= setTimeout(() => this.#drawNow(), DRAW_MS);
  }

  #drawNow(): void {
    clearTimeout(this.#due);
    this.#due = undefined;
    this.#drawing = this.#drawing.then(async () => {
      this.#context.world.out.write(HOME_AND_CLEAR);
      // An agent that is gone is noticed by the connection.
      await this.#draw?.().catch(() => undefined);
    });
  }
}
