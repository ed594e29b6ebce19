import type { News, StreamChannel } from './channels.ts';
import { type FilterRecord, filterRecord, type MakeFilter } from './filter.ts';
import type { SharedSnapshot } from './shared-snapshot.ts';
import { contains, isSubscribed, keyOf, type Subscription } from './subscription.ts';

/** Who gets frames as they come. */
export interface Listener {
  /** Takes frames of the stream that came together, in one piece. */
  push(frames: Buffer): void;
}

/** Something new with its finished frame. */
export interface Piece {
  readonly news: News;
  readonly frame: Buffer;
}

interface ViewOptions {
  readonly makeFilter: MakeFilter;
  /** What filters may name. */
  readonly fields: readonly string[];
  /** The zone of a node; without one, that of this node. */
  zoneOf(node: string | undefined): string;
  /** Says that somebody wants to hear of keys that begin with this, until it is disposed of. */
  followKeys(prefix: string): Disposable;
}

/** How long frames are kept for clients that went away and may come back. */
const LINGER_MS = 600_000;
const MAX_LINGERING = 100;

/** What all clients with the same subscription get: it is picked, and put together, once for all of them. */
export class View implements Disposable {
  readonly subscription: Subscription;
  readonly clients = new Set<Listener>();
  /** Since this number everything that it wants was kept. */
  readonly since: number;
  /** When its last client went, on the monotonic clock. */
  idleSince: number | undefined;
  /** One that was made a moment ago. */
  snapshot: SharedSnapshot | undefined;
  /** It wants to hear of keys. */
  readonly #keys: Disposable | undefined;
  readonly #options: ViewOptions;
  readonly #tests: ReadonlyMap<StreamChannel, (record: FilterRecord) => boolean>;

  constructor(subscription: Subscription, since: number, options: ViewOptions) {
    const { makeFilter, fields, followKeys } = options;
    this.subscription = subscription;
    this.since = since;
    this.#options = options;
    this.#tests = new Map([...subscription.filters].map(([channel, text]) => [channel, makeFilter(text, fields)]));
    if (subscription.channels.has('kv')) this.#keys = followKeys(subscription.prefix);
  }

  /** Nobody looks any more. */
  [Symbol.dispose](): void {
    this.#keys?.[Symbol.dispose]();
  }

  /** Whether its clients get this; `payload` is only asked for when there is a filter. */
  wants(news: Pick<News, 'channel' | 'key'>, payload: () => object): boolean {
    return isSubscribed(this.subscription, news) && this.fits(news.channel, payload);
  }

  /** Whether this is not filtered out; what cannot be judged is. */
  fits(channel: StreamChannel, payload: () => object): boolean {
    const test = this.#tests.get(channel);
    if (test === undefined) return true;
    const said = payload();
    // Of who is forgotten only the id is left.
    if ('type' in said && said.type === 'gossip::reaped') return true;
    try {
      return test(filterRecord(channel, said, this.#options.zoneOf));
    } catch {
      return false;
    }
  }

  /** Gives its clients what they want of these. */
  tell(pieces: readonly Piece[]): void {
    const frames = pieces.filter(({ news }) => this.wants(news, () => news.payload)).map(({ frame }) => frame);
    const [first] = frames;
    if (first === undefined) return;
    const together = frames.length === 1 ? first : Buffer.concat(frames);
    for (const client of this.clients) client.push(together);
  }
}

/** The views of all clients, and of those that went a moment ago. */
export class Views {
  readonly #options: ViewOptions;
  readonly #views = new Map<string, View>();

  constructor(options: ViewOptions) {
    this.#options = options;
  }

  /** Those that somebody looks at. */
  *seen(): Generator<View> {
    for (const view of this.#views.values()) if (view.clients.size > 0) yield view;
  }

  /** Nobody looks, and nobody is expected back. */
  get isEmpty(): boolean {
    return this.#views.size === 0;
  }

  /** The view of this subscription; `index` is the number of the last frame. Throws `expression` at a filter that is none. */
  join(client: Listener, subscription: Subscription, index: number): View {
    const key = keyOf(subscription);
    const view = this.#views.get(key) ?? new View(subscription, index, this.#options);
    this.#views.set(key, view);
    view.clients.add(client);
    view.idleSince = undefined;
    return view;
  }

  /** The view stays for a while, so that frames are kept for who comes back. */
  leave(client: Listener, view: View, now: number): void {
    view.clients.delete(client);
    if (view.clients.size > 0) return;
    view.idleSince = now;
    view.snapshot = undefined;
    const idle = [...this.#views]
      .filter(([, { clients }]) => clients.size === 0)
      .sort(([, a], [, b]) => (a.idleSince ?? now) - (b.idleSince ?? now));
    // Who asks for ever new things is not remembered for all of them.
    for (const [key, unseen] of idle.slice(0, -MAX_LINGERING)) this.#drop(key, unseen);
  }

  /** Whether anybody wants this, or may come back for it. */
  wants(news: Pick<News, 'channel' | 'key'>): boolean {
    for (const { subscription } of this.#views.values()) if (isSubscribed(subscription, news)) return true;
    return false;
  }

  /** Whether all that a subscription gets was kept since the frame of this number. */
  covers(subscription: Subscription, index: number): boolean {
    for (const view of this.#views.values()) {
      if (view.since <= index && contains(view.subscription, subscription)) return true;
    }
    return false;
  }

  /** Forgets those whose clients did not come back. */
  forget(now: number): void {
    for (const [key, view] of this.#views) if (now - (view.idleSince ?? now) >= LINGER_MS) this.#drop(key, view);
  }

  #drop(key: string, view: View): void {
    this.#views.delete(key);
    view[Symbol.dispose]();
  }
}
