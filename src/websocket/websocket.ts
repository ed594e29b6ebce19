/** The websocket door: who connects gets everything there is to know, and then every change as it happens. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import type { Bus } from '../base/bus.ts';
import { type Clock, every } from '../base/clock.ts';
import { OpsbroError } from '../base/errors.ts';
import { wants as wantsKey } from '../kv/change-entry.ts';
import type { AgentEvent } from '../model/event.ts';
import type { KvChange } from '../model/kv.ts';
import { type CheckClient, Unproven } from './admission.ts';
import { ASKED_CHANNELS, type AskedChannel, CHANNELS, type Channel, type EventView, Feed } from './feed.ts';
import { refuseUpgrade } from './refusal.ts';
import { type SnapshotParts, snapshotParts } from './snapshot.ts';

/** What the door works with. */
export interface WebsocketOptions extends SnapshotParts {
  readonly bus: Bus<AgentEvent>;
  readonly clock: Clock;
  readonly eventView: EventView;
  /** A change of a key as JSON. */
  changeView(change: KvChange): object;
  readonly version: string;
  /** Differs at each start of the agent. */
  readonly boot: string;
  /** Clients at once; 500 when left out. */
  readonly maxClients?: number;
}

const MAX_CLIENTS = 500;
const MAX_MESSAGE = 65_536;
const MAX_UNSENT = 4 * 1_048_576;
/** Of those who follow keys, which may change very often. */
const MAX_UNSENT_KEYS = 1_048_576;
const PING_MS = 30_000;
const MAX_MISSED = 2;
const NOT_UNDERSTOOD = {
  code: 'bad_request',
  message: `send {"ping":X}, {"subscribe":C} or {"unsubscribe":C}; C is one of ${ASKED_CHANNELS.join(', ')}, or a list`,
};
const TOO_SLOW = 1013;
const GOING_AWAY = 1001;

interface Client {
  /** Pings it has not answered yet. */
  missed: number;
  /** What it gets because it asked for it. */
  readonly asked: Set<Channel>;
  /** What keys begin with that it wants to hear of. */
  prefix: string;
}

/** The websocket clients of this agent, whichever port they came in at. */
export class Websocket implements Disposable {
  readonly #options: WebsocketOptions;
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE, perMessageDeflate: false });
  readonly #clients = new Map<WebSocket, Client>();
  readonly #unproven: Unproven;
  readonly #feed: Feed;
  #ping: Disposable | undefined;
  #closedSlow = 0;

  constructor(options: WebsocketOptions) {
    this.#options = options;
    this.#unproven = new Unproven(options.clock);
    this.#feed = new Feed({
      ...options,
      broadcast: (frame, channel, key) => this.#broadcast(frame, channel, key),
      hasClients: (channel, key) => [...this.#clients.values()].some((client) => wants(client, channel, key)),
    });
  }

  /** How many are connected now, and how many were closed because they did not keep up. */
  get counters(): { readonly clients: number; readonly closedSlow: number } {
    return { clients: this.#clients.size, closedSlow: this.#closedSlow };
  }

  /** Takes over the upgrades of a port. With `path` others are answered with 404; without, any path will do. */
  door(check: CheckClient<IncomingMessage>, path?: string) {
    return (incoming: IncomingMessage, socket: Duplex, head: Buffer): void => {
      let admission: ReturnType<typeof check>;
      try {
        checkPath(incoming.url ?? '', path);
        admission = check(incoming);
      } catch (error) {
        refuseUpgrade(socket, error);
        return;
      }
      this.#server.handleUpgrade(incoming, socket, head, (client) => {
        if (typeof admission === 'function') this.#unproven.wait(client, admission, () => this.#welcome(client));
        else this.#welcome(client);
      });
    };
  }

  /** Says goodbye to everybody. */
  [Symbol.dispose](): void {
    this.#feed[Symbol.dispose]();
    this.#ping?.[Symbol.dispose]();
    for (const client of this.#clients.keys()) client.close(GOING_AWAY, 'the agent stops');
    this.#server.close();
  }

  #welcome(client: WebSocket): void {
    client.on('error', () => client.terminate());
    if (this.#clients.size >= (this.#options.maxClients ?? MAX_CLIENTS)) {
      client.close(TOO_SLOW, 'too many clients');
      return;
    }
    const known: Client = { missed: 0, asked: new Set(), prefix: '' };
    this.#clients.set(client, known);
    this.#ping ??= every(this.#options.clock, PING_MS, () => this.#pingAll());
    client.on('close', () => this.#forget(client));
    client.on('pong', () => {
      known.missed = 0;
    });
    client.on('message', (message, isBinary) => this.#hear(client, isBinary ? undefined : message));
    this.#tellAll(client);
  }

  #tellAll(client: WebSocket): void {
    const { version, membership, boot } = this.#options;
    const { id, name } = membership.self;
    const hello = {
      version,
      node: name,
      uuid: id,
      boot,
      index: this.#feed.index,
      channels: [...CHANNELS, ...ASKED_CHANNELS],
    };
    client.send(this.#feed.frame('hello', hello));
    const parts = [...snapshotParts(this.#options)];
    for (const [at, part] of parts.entries()) {
      client.send(this.#feed.frame('snapshot', part, at === parts.length - 1 ? { last: true } : {}));
    }
  }

  #hear(client: WebSocket, text: RawData | undefined): void {
    const { ping, ...said } = text === undefined ? {} : parsed(String(text));
    const [wanted, unwanted] = [channelsIn(said.subscribe), channelsIn(said.unsubscribe)];
    if (ping !== undefined) this.#send(client, this.#feed.frame('pong', ping));
    else if (wanted === undefined && unwanted === undefined) {
      this.#send(client, this.#feed.frame('error', NOT_UNDERSTOOD));
    }
    const known = this.#clients.get(client);
    if (known) subscribe(known, { wanted, unwanted, prefix: said.prefix });
  }

  #broadcast(frame: string, channel: Channel, key: string | undefined): void {
    for (const [client, known] of this.#clients) if (wants(known, channel, key)) this.#send(client, frame);
  }

  /** Who does not read is let go before the frames that wait for it eat the memory. */
  #send(client: WebSocket, frame: string): void {
    if (client.readyState !== WebSocket.OPEN) return;
    const followsKeys = this.#clients.get(client)?.asked.has('kv') ?? false;
    if (client.bufferedAmount <= (followsKeys ? MAX_UNSENT_KEYS : MAX_UNSENT)) {
      client.send(frame);
      return;
    }
    this.#closedSlow += 1;
    this.#forget(client);
    client.close(TOO_SLOW, 'too slow');
    // The close frame waits behind all that is unsent; who does not answer it is cut off.
    this.#options.clock.after(PING_MS, () => client.terminate());
  }

  #pingAll(): void {
    for (const [client, known] of this.#clients) {
      if (known.missed >= MAX_MISSED) {
        client.terminate();
        continue;
      }
      known.missed += 1;
      client.ping();
    }
  }

  #forget(client: WebSocket): void {
    this.#clients.delete(client);
    if (this.#clients.size > 0) return;
    this.#ping?.[Symbol.dispose]();
    this.#ping = undefined;
  }
}

function checkPath(target: string, path: string | undefined): void {
  if (path === undefined || target.split('?', 1)[0] === path) return;
  throw new OpsbroError('unknown_route', `websockets are at ${path}`);
}

const isAsked = (channel: unknown): channel is AskedChannel => ASKED_CHANNELS.some((known) => known === channel);

function wants({ asked, prefix }: Client, channel: Channel, key: string | undefined): boolean {
  if (!isAsked(channel)) return true;
  return asked.has(channel) && (key === undefined || wantsKey({ prefix }, { key }));
}

interface Subscription {
  readonly wanted: readonly AskedChannel[] | undefined;
  readonly unwanted: readonly AskedChannel[] | undefined;
  readonly prefix: unknown;
}

function subscribe(client: Client, { wanted = [], unwanted = [], prefix }: Subscription): void {
  if (wanted.includes('kv')) client.prefix = typeof prefix === 'string' ? prefix : '';
  for (const channel of wanted) client.asked.add(channel);
  for (const channel of unwanted) client.asked.delete(channel);
}

/** The channels of a name or a list of names; `undefined` when there is another among them. */
function channelsIn(written: unknown): readonly AskedChannel[] | undefined {
  const names: readonly unknown[] = Array.isArray(written) ? written : [written];
  return names.every(isAsked) ? names : undefined;
}

/** What a client may say. */
interface Said {
  readonly ping?: unknown;
  readonly subscribe?: unknown;
  readonly unsubscribe?: unknown;
  /** With `kv`: what the keys begin with. */
  readonly prefix?: unknown;
}

/** The fields of a text that is a JSON object; none of any other text. */
function parsed(text: string): Said {
  try {
    return (JSON.parse(text) as object | null) ?? {};
  } catch {
    return {};
  }
}
