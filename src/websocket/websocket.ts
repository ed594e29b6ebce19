/** The websocket door: who connects gets everything there is to know, and then every change as it happens. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Bus } from '../base/bus.ts';
import { type Clock, every } from '../base/clock.ts';
import { messageOf, OpsbroError } from '../base/errors.ts';
import { atTurnEnd } from '../base/turn.ts';
import { ALERT_FIELDS } from '../model/alert-record.ts';
import type { AgentEvent } from '../model/event.ts';
import type { KvChange } from '../model/kv.ts';
import { type Admitted, type CheckClient, Unproven } from './admission.ts';
import { Backlog } from './backlog.ts';
import { type News, STREAM_CHANNELS } from './channels.ts';
import { Client, type Connection, type Serving } from './client.ts';
import { type EventView, Feed } from './feed.ts';
import { filterFields, type MakeFilter } from './filter.ts';
import { refuseUpgrade } from './refusal.ts';
import { type Request, requestIn, requestInUrl } from './request.ts';
import { SharedSnapshot } from './shared-snapshot.ts';
import { type Selection, type SnapshotPart, type SnapshotParts, snapshotParts } from './snapshot.ts';
import { DEFAULT, subscribed } from './subscription.ts';
import { textFrame } from './text-frame.ts';
import { type Piece, type View, Views } from './views.ts';

/** What the door works with. */
export interface WebsocketOptions extends SnapshotParts {
  readonly bus: Bus<AgentEvent>;
  readonly clock: Clock;
  readonly eventView: EventView;
  /** A change of a key as JSON. */
  changeView(change: KvChange): object;
  /** Says that somebody wants to hear of keys that begin with this, until it is disposed of. */
  followKeys(prefix: string): Disposable;
  readonly makeFilter: MakeFilter;
  /** Tells every line of the log and whose part it is, until disposed of. */
  followLog(take: (part: string, line: string) => void): Disposable;
  readonly version: string;
  /** Differs at each start of the agent. */
  readonly boot: string;
  /** Clients at once. */
  readonly maxClients: number;
}

const MAX_MESSAGE = 65_536;
/** A client that has something to say on what it wants does so before this; others get what is usual. */
const GRACE_MS = 50;
/** How long a snapshot is new enough for the next who comes. */
const SNAPSHOT_MS = 1_000;
const PING_MS = 30_000;
const MAX_MISSED = 2;
const TOO_SLOW = 1013;
const GOING_AWAY = 1001;
const POLICY_VIOLATION = 1008;

/** The websocket clients of this agent, whichever port they came in at. */
export class Websocket implements Disposable {
  readonly #options: WebsocketOptions;
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE, perMessageDeflate: false });
  readonly #clients = new Set<Client>();
  readonly #backlog = new Backlog();
  readonly #views: Views;
  readonly #unproven: Unproven;
  readonly #feed: Feed;
  /** What came in this turn of the process. */
  #pieces: Piece[] = [];
  #ping: Disposable | undefined;
  #log: Disposable | undefined;
  #closedSlow = 0;

  constructor(options: WebsocketOptions) {
    const { membership, memberView, makeFilter, followKeys } = options;
    this.#options = options;
    this.#unproven = new Unproven(options.clock);
    this.#views = new Views({
      ...{ makeFilter, followKeys },
      fields: filterFields(Object.keys(memberView(membership.self)), ALERT_FIELDS),
      zoneOf: (node) => (membership.members.get(node ?? '') ?? membership.self).zone,
    });
    this.#feed = new Feed({
      ...options,
      tell: (news) => this.#tell(news),
      isWanted: (news) => this.#views.wants(news),
    });
  }

  /** How many are connected now, how many were closed because they did not keep up, and bytes of frames kept for who comes back. */
  get counters(): { readonly clients: number; readonly closedSlow: number; readonly keptBytes: number } {
    return { clients: this.#clients.size, closedSlow: this.#closedSlow, keptBytes: this.#backlog.bytes };
  }

  /** Takes over the upgrades of a port. With `path` others are answered with 404; without, any path will do. */
  door(check: CheckClient<IncomingMessage>, path?: string) {
    return (incoming: IncomingMessage, socket: Duplex, head: Buffer): void => {
      const { url = '' } = incoming;
      try {
        checkPath(url, path);
        const admission = check(incoming);
        const request = requestInUrl(url);
        this.#server.handleUpgrade(incoming, socket, head, (client) => {
          const welcome = (admitted: Admitted, said?: string) =>
            this.#welcome({ socket: client, wire: socket, admitted }, request, said);
          if (typeof admission === 'function') this.#unproven.wait(client, admission, welcome);
          else welcome(admission);
        });
      } catch (error) {
        refuseUpgrade(socket, error);
      }
    };
  }

  /** Says goodbye to everybody. */
  [Symbol.dispose](): void {
    this.#feed[Symbol.dispose]();
    this.#flush();
    this.#ping?.[Symbol.dispose]();
    this.#log?.[Symbol.dispose]();
    for (const { socket } of this.#clients) socket.close(GOING_AWAY, 'the agent stops');
    this.#server.close();
  }

  /** Serves who is let in, with what it wanted by its address, and by the message that let it in. */
  #welcome(connection: Connection, request: Request | undefined, said: string | undefined): void {
    const { socket } = connection;
    const { clock, maxClients } = this.#options;
    socket.on('error', () => socket.terminate());
    if (this.#clients.size >= maxClients) {
      socket.close(TOO_SLOW, 'too many clients');
      return;
    }
    const serving: Serving = {
      backlog: this.#backlog,
      flush: () => this.#flush(),
      tooSlow: () => this.#letGo(client),
    };
    const client: Client = new Client(connection, serving, (to) => this.#views.join(to, DEFAULT, this.#feed.index));
    this.#clients.add(client);
    this.#ping ??= every(clock, PING_MS, () => this.#tick());
    socket.on('close', () => this.#forget(client));
    socket.on('pong', () => {
      client.missed = 0;
    });
    socket.on('message', (message, isBinary) => this.#hear(client, isBinary ? '' : String(message)));
    this.#greet(client);
    if (request) this.#answer(client, () => this.#serve(client, request));
    if (said !== undefined) this.#hear(client, said);
    if (client.isGreeted) clock.after(GRACE_MS, () => client.isGreeted && this.#show(client));
  }

  #greet(client: Client): void {
    const { version, membership, boot } = this.#options;
    const { id: uuid, name: node } = membership.self;
    const { index } = this.#feed;
    client.tell(this.#feed.frame('hello', { version, node, uuid, boot, index, channels: STREAM_CHANNELS }));
  }

  #hear(client: Client, said: string): void {
    this.#answer(client, () => {
      const { request, ping } = requestIn(said);
      if (request) this.#serve(client, request);
      if (ping) client.tell(this.#feed.frame('pong', ping.back));
    });
  }

  /** What a client did wrong is told to it, and nothing else happens. */
  #answer(client: Client, work: () => void): void {
    // What it gets is what it wanted when that was told.
    this.#flush();
    try {
      work();
    } catch (error) {
      if (!(error instanceof OpsbroError)) throw error;
      const { code, details } = error;
      client.tell(this.#feed.frame('error', { code, message: messageOf(error), ...(details && { details }) }));
    }
  }

  #serve(client: Client, request: Request): void {
    if (request.wanted.includes('log') && client.scope !== 'admin') {
      throw new OpsbroError('forbidden', 'the log is for tokens of the scope admin, and for the unix socket');
    }
    const before = client.view;
    const view = this.#views.join(client, subscribed(before.subscription, request), this.#feed.index);
    client.view = view;
    if (view !== before) this.#views.leave(client, before, this.#options.clock.now());
    this.#followLog();
    const { since, filter } = request;
    if (since && this.#has(view, since)) client.replay(since.index);
    else if (since || filter !== undefined || client.isGreeted) this.#show(client);
  }

  /** Lines are only made for others while somebody wants them. */
  #followLog(): void {
    const isWanted = this.#views.wants({ channel: 'log' });
    if (isWanted === (this.#log !== undefined)) return;
    this.#log?.[Symbol.dispose]();
    this.#log = isWanted ? this.#options.followLog((part, line) => this.#feed.tellLog(part, line)) : undefined;
  }

  /** Whether everything that this view gets is kept since then. */
  #has({ subscription }: View, { index, boot }: NonNullable<Request['since']>): boolean {
    if (boot !== this.#options.boot || index > this.#feed.index) return false;
    return this.#backlog.reaches(index) && this.#views.covers(subscription, index);
  }

  #show(client: Client): void {
    client.show(this.#snapshotOf(client.view));
  }

  #snapshotOf(view: View): SharedSnapshot {
    const { index } = this.#feed;
    if (view.snapshot && (view.snapshot.index === index || view.snapshot.isLarge)) return view.snapshot;
    const { channels } = view.subscription;
    const selection: Selection = {
      has: (channel) => channels.has(channel),
      fits: (channel, payload) => view.fits(channel, payload),
    };
    const parts = snapshotParts(this.#options, selection);
    const write = (part: SnapshotPart, isLast: boolean) =>
      this.#feed.frame('snapshot', part, { index, ...(isLast && { last: true }) });
    const snapshot = new SharedSnapshot({ index, parts, write });
    view.snapshot = snapshot;
    this.#options.clock.after(SNAPSHOT_MS, () => {
      if (view.snapshot === snapshot) view.snapshot = undefined;
    });
    return snapshot;
  }

  #tell(news: News): void {
    const frame = textFrame(news.text);
    this.#backlog.add(news, frame, this.#options.clock.now());
    // What comes in one turn goes out together: one write for each client.
    if (this.#pieces.push({ news, frame }) === 1) atTurnEnd(() => this.#flush());
  }

  #flush(): void {
    if (this.#pieces.length === 0) return;
    const pieces = this.#pieces;
    this.#pieces = [];
    for (const view of this.#views.seen()) view.tell(pieces);
  }

  #letGo(client: Client): void {
    this.#closedSlow += 1;
    this.#sendAway(client, TOO_SLOW, 'too slow');
  }

  #sendAway(client: Client, code: number, reason: string): void {
    const { socket } = client;
    this.#forget(client);
    socket.close(code, reason);
    // The close frame waits behind all that is unsent; who does not answer it is cut off.
    this.#options.clock.after(PING_MS, () => socket.terminate());
  }

  #tick(): void {
    for (const client of this.#clients) {
      if (client.missed >= MAX_MISSED) {
        client.socket.terminate();
        continue;
      }
      if (!client.mayStay) {
        this.#sendAway(client, POLICY_VIOLATION, 'what let this client in does not count any more');
        continue;
      }
      client.missed += 1;
      client.socket.ping();
    }
    const now = this.#options.clock.now();
    this.#backlog.trim(now);
    this.#views.forget(now);
    this.#followLog();
    if (!this.#views.isEmpty) return;
    this.#backlog.clear();
    this.#ping?.[Symbol.dispose]();
    this.#ping = undefined;
  }

  #forget(client: Client): void {
    if (this.#clients.delete(client)) this.#views.leave(client, client.view, this.#options.clock.now());
  }
}

function checkPath(target: string, path: string | undefined): void {
  if (path === undefined || target.split('?', 1)[0] === path) return;
  throw new OpsbroError('unknown_route', `websockets are at ${path}`);
}
