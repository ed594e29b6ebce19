/** Membership of the pool: carries the core's decisions out over sockets, and tells the agent of every change. */
import { Disposal } from '../base/disposal.ts';
import { OpsbroError } from '../base/errors.ts';
import type { Member, Membership } from '../model/member.ts';
import type { Joined, PoolActions, Testimony } from '../model/pool.ts';
import type { Endpoint } from '../net/address.ts';
import { networksOf } from '../net/broadcast.ts';
import { Acting } from './acting.ts';
import { advertisedAddress } from './advertised.ts';
import { Alarm } from './alarm.ts';
import { Core, type Snapshot } from './core/core.ts';
import type { Effect, Input } from './core/effect.ts';
import { isAlone, isLive } from './core/node.ts';
import { PROFILES } from './core/profile.ts';
import { Damping } from './damping.ts';
import { Directory } from './directory.ts';
import { coordinatesOf, roundTripOf } from './distances.ts';
import { Door } from './door.ts';
import type { Drop, Drops } from './drops.ts';
import type { GossipOptions } from './gossip-options.ts';
import { type Guard, guardOf } from './guard.ts';
import { Joins } from './joins.ts';
import { Keeper } from './keeper.ts';
import { LastRun } from './last-run.ts';
import { keepVersions, type Memory, recall } from './memory.ts';
import { type FormerPlace, formerPlace, Moving } from './moving.ts';
import { News } from './news.ts';
import { OwnWord } from './own-word.ts';
import { poolCounters } from './pool-counters.ts';
import { PoolKeys } from './pool-keys.ts';
import { Questions, unknown } from './questions.ts';
import { baseEntries } from './records/base-part.ts';
import { Rejoin } from './rejoin.ts';
import { checkTags, type TagFacts } from './serf/own-tags.ts';
import { Streams } from './streams.ts';
import { type QueryHandler, Talk } from './talk.ts';
import { isForWires, Wires } from './wires.ts';
import { Border, type ZoneWish } from './zones/border.ts';
import { ForeignQuestions } from './zones/foreign-questions.ts';
import type { Link } from './zones/link.ts';
import { LocalNetwork } from './zones/local-network.ts';
import type { ZoneWays } from './zones/zone-place.ts';

/** A node that is asked who it is answers within this time. */
const WHO_IS_MS = 1_000;
/** What changes what is kept for the next run: who is there, and which events and queries were heard. */
const REMEMBERED: ReadonlySet<Effect['type']> = new Set(['member', 'event', 'query']);

/**
 * Opens the sockets and takes part in the pool from then on, at first alone. Throws `invalid_config` on tags that cannot be and when it cannot
 * tell where others reach us.
 */
export async function startGossip(options: GossipOptions): Promise<Gossip> {
  checkTags(options);
  advertisedAddress(options);
  const memory = await recall(options);
  const counts = new Map<string, number>();
  const count = (name: string, by = 1) => void counts.set(name, (counts.get(name) ?? 0) + by);
  const guard = guardOf(options, count);
  const former = await formerPlace(options.shelf);
  const { bind, port, log, foreignKeys } = options;
  const foreign = foreignKeys && new ForeignQuestions(foreignKeys);
  const everybody = networksOf(options.interfaces());
  const door = await Door.open({ bind, port, log, guard, everybody, ...(foreign && { foreign }) });
  return new Gossip(options, { memory, former, door, guard, counts, count });
}

interface Opened {
  readonly memory: Memory;
  readonly former: FormerPlace | undefined;
  readonly door: Door;
  readonly guard: Guard;
  readonly counts: ReadonlyMap<string, number>;
  readonly count: (name: string, by?: number) => void;
}

export class Gossip implements Membership, AsyncDisposable {
  readonly #options: GossipOptions;
  readonly #lastRun: LastRun;
  readonly #door: Door;
  readonly #drops: Drops;
  readonly #counts: ReadonlyMap<string, number>;
  readonly #count: (name: string, by?: number) => void;
  readonly #core: Core;
  readonly #directory: Directory;
  readonly #news: News;
  readonly #talk: Talk;
  readonly #poolKeys: PoolKeys;
  readonly #wires: Wires;
  readonly #questions: Questions;
  readonly #network: LocalNetwork;
  readonly #border: Border | undefined;
  readonly #streams: Streams;
  readonly #moving: Moving;
  readonly #alarm: Alarm;
  readonly #settling: Alarm;
  readonly #keeper: Keeper;
  readonly #closing = new Disposal();
  readonly #joins = new Joins({
    begin: (to, ticket) => this.#step({ type: 'join', to, ticket }),
    self: () => this.#core.self,
    isRunning: () => this.#phase === 'running',
    crossing: async (to, failure) => await this.#border?.crossing(to, failure),
    cross: async (crossing) => await this.#border?.cross(crossing),
  });
  readonly #word = new OwnWord({
    change: (part, change) => this.#step({ type: 'setEntries', part, change }),
    port: () => this.#core.self.port,
  });
  readonly #acting = new Acting({
    carryOut: (effect) => this.#do(effect),
    failed: (effect, error) => this.#fail(effect, error),
    done: () => {
      this.#alarm.set(this.#core.wakeAt);
      if (this.#phase === 'running') this.#keeper.looked(this.#core.clocks);
    },
  });
  #phase: 'running' | 'left' | 'closed' = 'running';
  #gone: () => void = () => {};

  /** Use `startGossip`. */
  constructor(options: GossipOptions, { memory, former, door, guard, counts, count }: Opened) {
    this.#options = options;
    this.#door = door;
    this.#drops = guard.drops;
    this.#counts = counts;
    this.#count = count;
    const profile = { ...PROFILES[options.profile], ...options.overrides };
    this.#core = new Core({
      name: options.name,
      address: advertisedAddress(options),
      port: options.advertisePort ?? door.port,
      incarnation: options.incarnation,
      profile,
      random: options.random,
      facts: options satisfies TagFacts,
      boot: Uint8Array.from({ length: 8 }, () => Math.floor(options.random() * 256)),
      clocks: memory.clocks,
      versions: memory.versions,
      ...(options.zones && { isVisible: options.zones.isVisible }),
    });
    this.#directory = new Directory(this.#core, {
      clock: options.clock,
      zone: options.zone,
      ...(options.damping !== false && { damping: new Damping() }),
    });
    this.#streams = new Streams({
      guard,
      timeoutMs: profile.tcpTimeout,
      asked: (stream, message) => this.#step({ type: 'asked', stream, message }),
    });
    const step = (input: Input) => this.#step(input);
    this.#wires = new Wires({ door, streams: this.#streams, tcpTimeout: profile.tcpTimeout, step });
    this.#questions = new Questions({ core: this.#core, directory: this.#directory, clock: options.clock, step });
    this.#network = new LocalNetwork({ ...options, door, shield: guard.shield, self: () => this.self, count });
    this.#closing.use(this.#network);
    this.#news = new News(this.#directory, options);
    this.#border = options.zones && this.#closing.use(this.#borderTo(options.zones));
    this.#talk = new Talk(options, { core: this.#core, step, count });
    this.#poolKeys = new PoolKeys(this.#core, this.#talk, options.keys);
    this.#closing.use(door);
    this.#closing.use(this.#talk);
    const tell = (to: readonly Endpoint[]) => this.#step({ type: 'move', to, incarnation: options.incarnation - 1 });
    this.#moving = this.#closing.use(new Moving({ ...options, memory, former, core: this.#core, tell }));
    this.#alarm = this.#closing.use(new Alarm(options.clock, () => this.#step({ type: 'wake' })));
    this.#lastRun = new LastRun(memory, options);
    this.#settling = this.#closing.use(new Alarm(options.clock, () => this.#settle()));
    this.#keeper = this.#closing.use(new Keeper({ ...options, snapshot: () => this.#snapshot() }));
    this.#begin();
  }

  /** The number that both datagrams and streams use. */
  get port(): number {
    return this.#door.port;
  }

  /** Where others reach us. */
  get address(): string {
    return this.#core.self.address;
  }

  get self(): Member {
    const self = this.#directory.named(this.#options.name);
    if (!self) throw new Error('the own member is always listed');
    return self;
  }

  get members(): ReadonlyMap<string, Member> {
    return this.#directory.members;
  }

  /** What gossip counts, by name: packets, bytes, drops by reason, probes; and as numbers how this node does. */
  get counters(): ReadonlyMap<string, number> {
    return poolCounters({ core: this.#core, counts: this.#counts, kernelDrops: this.#door.kernelDrops });
  }

  /** What was thrown away of what came in, the last 20 kinds of it. */
  get drops(): readonly Drop[] {
    return this.#drops.recent;
  }

  /** A sentence on each address of which something was thrown away in the last minute, such as a node with another key. */
  get complaints(): readonly string[] {
    return this.#drops.complaints;
  }

  /** Exchanges everything with whoever is at these addresses (`HOST`, `HOST:PORT`), all at once. */
  join(addresses: readonly string[]): Promise<Joined> {
    return this.#joins.all(addresses);
  }

  /** Looks for the pool in the background: members of the last run, then these seeds, for ever while we are alone. */
  rejoin(seeds: readonly string[]): void {
    const { clock, random, log, name } = this.#options;
    const rejoin = new Rejoin(
      {
        clock,
        random,
        log,
        join: (address) => this.#joins.again(address),
        isAlone: () => isAlone(this.#core.nodes.values(), name),
        lastSeen: () => this.#lastRun.places('living'),
        lastDead: () => this.#lastRun.places('dead'),
        tried: () => this.#step({ type: 'remember', members: this.#lastRun.handOver() }),
      },
      seeds,
    );
    this.#closing.use(rejoin);
    void this.#moving.ready(seeds).then(() => rejoin.start());
  }

  /** Leaves the pool on purpose; resolves when the pool knows, after some seconds at most. */
  leave(): Promise<void> {
    if (this.#phase !== 'running') return Promise.resolve();
    return new Promise((resolve) => {
      this.#gone = resolve;
      this.#step({ type: 'leave' });
    });
  }

  /** Declares a dead member as gone for good. Throws `not_found`, or `conflict` while it lives. */
  forceLeave(name: string): void {
    const node = this.#core.nodes.get(name);
    if (!node) throw unknown(name);
    if (isLive(node)) throw new OpsbroError('conflict', `"${name}" is alive; run \`opsbro gossip leave\` there`);
    this.#step({ type: 'forceLeave', name });
  }

  /** How zones hang together, what this node is in its own, or where the zone above may be is otherwise from now on. */
  reviewZones(wish: ZoneWish): void {
    this.#word.setProxy(wish.isProxy);
    this.#border?.review(wish);
  }

  /** Takes a link that a proxy of a zone below opened; `provenZone` is the zone whose key it has shown. */
  acceptLink(link: Link, provenZone: string | undefined): void {
    if (this.#border) this.#border.accept(link, provenZone);
    else link.close();
  }

  /** What can be asked of the pool, as `PoolActions` says. */
  readonly ping: PoolActions['ping'] = (name, timeoutMs) => this.#questions.ping(name, timeoutMs);
  readonly why: PoolActions['why'] = (name) => this.#questions.why(name);
  readonly testimony = (name: string): Testimony => this.#questions.testimony(name);
  readonly detect: PoolActions['detect'] = (timeoutMs, device) => this.#network.detect(timeoutMs, device);
  /** Asks one address who is there; nothing when it is silent. See `LocalNetwork.whoIs`. */
  readonly whoIs: LocalNetwork['whoIs'] = (to, timeoutMs) => this.#network.whoIs(to, timeoutMs);
  readonly events: PoolActions['events'] = () => this.#talk.events;
  readonly addEvent: PoolActions['addEvent'] = (name, payload) => this.#talk.addEvent(name, payload);
  readonly query: PoolActions['query'] = (request, heard) => this.#talk.query(request, heard);
  readonly keyring: PoolActions['keyring'] = (operation, key) => this.#poolKeys.do(operation, key);
  readonly coordinates: PoolActions['coordinates'] = () => coordinatesOf(this.#core);
  readonly roundTrip: PoolActions['roundTrip'] = (from, to) => roundTripOf(this.#core, from, to);

  /** From now on queries of that name are answered so, until it is disposed of. */
  onQuery(name: string, handler: QueryHandler): Disposable {
    return this.#talk.answer(name, handler);
  }

  /** What this node says of itself, as `OwnWord` says. */
  readonly setGroups = this.#word.setGroups;
  readonly setDisplayName = this.#word.setDisplayName;
  readonly setCheck = this.#word.setCheck;
  readonly removeCheck = this.#word.removeCheck;
  readonly setService = this.#word.setService;
  readonly removeService = this.#word.removeService;
  readonly setPorts = this.#word.setPorts;
  readonly setTakesNodeAlerts = this.#word.setTakesNodeAlerts;
  readonly setNotice = this.#word.setNotice;
  readonly setKv = this.#word.setKv;

  /** Closes the sockets without a word: the others will miss us. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#phase === 'closed') return;
    if (this.#phase === 'running') this.#keeper.keep('none');
    this.#phase = 'closed';
    await this.#closing[Symbol.asyncDispose]();
  }

  #begin(): void {
    const { clock } = this.#options;
    this.#acting.act(this.#core.start(clock.now()));
    this.#door.onPacket((all, received) => {
      const messages = this.#network.without(all, received);
      if (messages.length > 0) this.#step({ type: 'packet', from: received.from, messages });
    });
    this.#door.onConnection = (connection) => this.#streams.accept(connection);
    this.#step({
      type: 'setEntries',
      part: 'base',
      change: { set: baseEntries({ ...this.#options, started: clock.wall() }, this.#core.self), del: [] },
    });
    this.#border?.start();
  }

  #borderTo(ways: ZoneWays): Border {
    return new Border({
      ...this.#options,
      ways,
      whoIs: (to) => this.#network.whoIs(to, WHO_IS_MS),
      core: this.#core,
      directory: this.#directory,
      step: (input) => this.#step(input),
      tell: (events) => this.#news.announce(events),
      count: this.#count,
    });
  }

  #step(input: Input): void {
    if (this.#phase === 'closed') return;
    this.#acting.act(this.#core.step(input, this.#options.clock.now()));
  }

  #fail(effect: Effect, error: unknown): void {
    this.#count('effects_failed');
    this.#options.log.error({ error }, `gossip could not carry out "${effect.type}"`);
  }

  #do(effect: Effect): void {
    if (isForWires(effect)) {
      this.#wires.carryOut(effect);
      return;
    }
    switch (effect.type) {
      case 'pinged':
        this.#questions.pinged(effect);
        return;
      case 'incarnation':
        this.#options.saveIncarnation(effect.incarnation);
        return;
      case 'versions':
        keepVersions(this.#options.shelf, effect.versions);
        return;
      case 'joined':
        this.#joins.ended(effect);
        return;
      case 'nameLost':
        this.#talk.end(this.#news.nameLost(this.#options.name, effect.by));
        return;
      case 'gone':
        this.#keeper.keep('left');
        this.#talk.end('this node has left');
        this.#phase = 'left';
        this.#gone();
        return;
      case 'foreign':
      case 'foreignGone':
      case 'neighbours':
        break;
      case 'member':
      case 'record':
      case 'heard':
      case 'reachability':
      case 'isolated':
      case 'conflict':
      case 'identity':
      case 'oversize':
      case 'log':
        this.#news.tell(effect);
        break;
      default:
        this.#talk.take(effect);
    }
    this.#border?.take(effect);
    if (REMEMBERED.has(effect.type)) this.#keeper.changed();
    if (effect.type === 'member') this.#settling.set(this.#directory.settlesAt);
  }

  #settle(): void {
    this.#news.settle();
    this.#settling.set(this.#directory.settlesAt);
  }

  #snapshot(): Snapshot {
    const { members, ...rest } = this.#core.snapshot;
    return { ...rest, members: [...members, ...this.#lastRun.beside(this.#core.nodes)] };
  }
}
