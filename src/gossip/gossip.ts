/** Membership of the pool: carries the core's decisions out over sockets, and tells the agent of every change. */
import type { Bus } from '../base/bus.ts';
import type { Clock } from '../base/clock.ts';
import { Disposal } from '../base/disposal.ts';
import { messageOf, OpsbroError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { Shelf } from '../base/shelf.ts';
import type { AgentEvent } from '../model/event.ts';
import type { CheckSummary, Member, Membership } from '../model/member.ts';
import { endpointText, resolveEndpoints } from '../net/address.ts';
import { Alarm } from './alarm.ts';
import { Core } from './core/core.ts';
import type { Effect, Entry, Input, PartName, Remembered } from './core/effect.ts';
import { isLive, samePlace } from './core/node.ts';
import { PROFILES, type Profile, type ProfileName } from './core/profile.ts';
import { Directory } from './directory.ts';
import { Door } from './door.ts';
import { keepSnapshot, keepVersions, type Memory, recall } from './memory.ts';
import { News } from './news.ts';
import { checkEntry, listEntry, textEntry } from './records/entries.ts';
import { Rejoin } from './rejoin.ts';
import { checkTags, type TagFacts } from './serf/own-tags.ts';
import { Streams } from './streams.ts';

/** An address without a port means this one. */
const DEFAULT_PORT = 6_768;
const SNAPSHOT_DELAY_MS = 500;
const OURSELVES = 'that is this node itself';
const WILDCARDS: ReadonlySet<string> = new Set(['::', '0.0.0.0']);

export interface GossipOptions {
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  readonly zone: string;
  readonly isProxy: boolean;
  readonly agentVersion: string;
  /** Addresses to listen at; one number serves all. */
  readonly bind: readonly string[];
  /** 0 takes a free one. */
  readonly port: number;
  /** Where others reach us, when it is not where we listen. */
  readonly advertise?: string;
  readonly advertisePort?: number;
  readonly profile: ProfileName;
  readonly overrides?: Partial<Profile>;
  /** What the configuration adds to our tags. */
  readonly tags: ReadonlyMap<string, string>;
  /** Higher than in any run before. */
  readonly incarnation: number;
  /** Keeps our incarnation; it is on disk when this returns. */
  readonly saveIncarnation: (incarnation: number) => void;
  readonly shelf: Shelf;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly bus: Bus<AgentEvent>;
}

/** How the attempts to join went. */
export interface Joined {
  /** How many of the addresses answered. */
  readonly joined: number;
  /** Why the others did not, by address as it was written. */
  readonly errors: ReadonlyMap<string, string>;
}

/**
 * Opens the sockets and takes part in the pool from then on, at first alone. Throws `invalid_config` on tags that cannot be and when it cannot
 * tell where others reach us.
 */
export async function startGossip(options: GossipOptions): Promise<Gossip> {
  checkTags(options);
  advertisedAddress(options);
  const memory = await recall(options.shelf);
  const counts = new Map<string, number>();
  const count = (name: string, by = 1) => void counts.set(name, (counts.get(name) ?? 0) + by);
  const door = await Door.open({ bind: options.bind, port: options.port, log: options.log, count });
  return new Gossip(options, { memory, door, counts, count });
}

interface Opened {
  readonly memory: Memory;
  readonly door: Door;
  readonly counts: ReadonlyMap<string, number>;
  readonly count: (name: string, by?: number) => void;
}

export class Gossip implements Membership, AsyncDisposable {
  readonly #options: GossipOptions;
  readonly #memory: Memory;
  readonly #profile: Profile;
  readonly #door: Door;
  readonly #counts: ReadonlyMap<string, number>;
  readonly #count: (name: string, by?: number) => void;
  readonly #core: Core;
  readonly #directory: Directory;
  readonly #news: News;
  readonly #streams: Streams;
  readonly #alarm: Alarm;
  readonly #snapshotAlarm: Alarm;
  readonly #closing = new Disposal();
  readonly #joins = new Map<number, (error: string | undefined) => void>();
  readonly #effects: Effect[] = [];
  #isActing: boolean | undefined;
  #tickets = 0;
  #phase: 'running' | 'left' | 'closed' = 'running';
  #gone: () => void = () => {};

  /** Use `startGossip`. */
  constructor(options: GossipOptions, { memory, door, counts, count }: Opened) {
    this.#options = options;
    this.#memory = memory;
    this.#door = door;
    this.#counts = counts;
    this.#count = count;
    const profile = { ...PROFILES[options.profile], ...options.overrides };
    this.#profile = profile;
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
    });
    this.#directory = new Directory(this.#core, options.clock, options.zone);
    this.#streams = new Streams({
      clock: options.clock,
      timeoutMs: profile.tcpTimeout,
      count,
      asked: (stream, message) => this.#step({ type: 'asked', stream, message }),
    });
    this.#news = new News(this.#directory, options.bus, options.log);
    this.#closing.use(door);
    this.#alarm = this.#closing.use(new Alarm(options.clock, () => this.#step({ type: 'wake' })));
    this.#snapshotAlarm = this.#closing.use(new Alarm(options.clock, () => this.#saveSnapshot('none')));
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

  /** How often what happened: packets and bytes, drops by reason, probes, suspicions, and how many messages wait (`queue_*`). */
  get counters(): ReadonlyMap<string, number> {
    const depths = [...this.#core.queueDepths].map(([name, depth]) => [`queue_${name}`, depth] as const);
    return new Map([...this.#counts, ...this.#core.counts, ...depths]);
  }

  /** Exchanges everything with whoever is at these addresses (`HOST`, `HOST:PORT`), all at once. */
  async join(addresses: readonly string[]): Promise<Joined> {
    const errors = new Map<string, string>();
    await Promise.all(
      addresses.map(async (address) => {
        const error = await this.#joinOne(address);
        if (error !== undefined) errors.set(address, error);
      }),
    );
    return { joined: addresses.length - errors.size, errors };
  }

  /** Looks for the pool in the background: members of the last run, then these seeds, for ever while we are alone. */
  rejoin(seeds: readonly string[]): void {
    const { clock, random, log } = this.#options;
    // Who left on purpose does not come back by itself, and those of another zone are no company.
    const former = this.#memory.left ? [] : this.#memory.members.filter((member) => this.#isOfOurZone(member));
    const rejoin = new Rejoin(
      {
        clock,
        random,
        log,
        join: (address) => this.#joinAgain(address),
        isAlone: () => this.#isAlone,
        lastSeen: () => former.map(endpointText),
        tried: () => this.#step({ type: 'remember', members: former }),
      },
      seeds,
    );
    this.#closing.use(rejoin);
    void rejoin.start();
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
    if (!node) throw new OpsbroError('not_found', `no member is named "${name}"; see \`opsbro gossip members\``);
    if (isLive(node)) throw new OpsbroError('conflict', `"${name}" is alive; run \`opsbro gossip leave\` there`);
    this.#step({ type: 'forceLeave', name });
  }

  /** Tells the pool in which groups this node is. */
  setGroups(groups: Iterable<string>): void {
    this.#set('base', 'groups', listEntry([...new Set(groups)].sort()));
  }

  /** Tells the pool the name for people. */
  setDisplayName(name: string): void {
    this.#set('base', 'display_name', textEntry(name));
  }

  /** Tells the pool the state of one of our checks. */
  setCheck(id: string, summary: CheckSummary): void {
    this.#set('checks', id, checkEntry(summary));
  }

  /** Tells the pool that a check is no more. */
  removeCheck(id: string): void {
    this.#step({ type: 'setEntries', part: 'checks', change: { set: new Map(), del: [id] } });
  }

  /** Closes the sockets without a word: the others will miss us. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#phase === 'closed') return;
    if (this.#phase === 'running') this.#saveSnapshot('none');
    this.#phase = 'closed';
    await this.#closing[Symbol.asyncDispose]();
  }

  get #isAlone(): boolean {
    for (const node of this.#core.nodes.values()) if (node.name !== this.#options.name && isLive(node)) return false;
    return true;
  }

  #isOfOurZone({ zone }: Remembered): boolean {
    return zone === '' || zone === this.#options.zone;
  }

  #begin(): void {
    const { id, name, displayName, zone, agentVersion, clock } = this.#options;
    this.#act(this.#core.start(clock.now()));
    this.#door.onPacket((messages, from) => this.#step({ type: 'packet', from, messages }));
    this.#door.onConnection = (connection) => this.#streams.accept(connection);
    const facts = new Map([
      ['id', textEntry(id)],
      ['name', textEntry(name)],
      ['display_name', textEntry(displayName)],
      ['zone', textEntry(zone)],
      ['version', textEntry(agentVersion)],
      ['address', textEntry(endpointText(this.#core.self))],
    ]);
    this.#step({ type: 'setEntries', part: 'base', change: { set: facts, del: [] } });
  }

  #set(part: PartName, key: string, entry: Entry): void {
    this.#step({ type: 'setEntries', part, change: { set: new Map([[key, entry]]), del: [] } });
  }

  async #joinOne(written: string): Promise<string | undefined> {
    let error: string | undefined = 'this node has left';
    try {
      for (const to of await resolveEndpoints(written, DEFAULT_PORT)) {
        if (this.#phase !== 'running') break;
        if (samePlace(to, this.#core.self)) return `${endpointText(to)}: ${OURSELVES}`;
        error = await new Promise<string | undefined>((resolve) => {
          this.#tickets += 1;
          this.#joins.set(this.#tickets, resolve);
          this.#step({ type: 'join', to, ticket: this.#tickets });
        });
        if (error === undefined) return undefined;
      }
    } catch (failure) {
      return messageOf(failure);
    }
    return error;
  }

  /** As `#joinOne`, without what is no failure to whoever looks for the pool: a seed that is this node, and that it has left. */
  async #joinAgain(written: string): Promise<string | undefined> {
    const error = await this.#joinOne(written);
    return this.#phase !== 'running' || error?.endsWith(OURSELVES) ? undefined : error;
  }

  #step(input: Input): void {
    if (this.#phase === 'closed') return;
    this.#act(this.#core.step(input, this.#options.clock.now()));
  }

  /** Does what the core wants, in order, also when a listener makes the core want more meanwhile. */
  #act(effects: readonly Effect[]): void {
    for (const effect of effects) this.#effects.push(effect);
    if (this.#isActing) return;
    this.#isActing = true;
    // This also reaches what is added while it goes on.
    for (const effect of this.#effects) this.#guarded(effect);
    this.#effects.length = 0;
    this.#isActing = false;
    this.#alarm.set(this.#core.wakeAt);
  }

  /** What cannot be done (a full disk, an address that cannot be sent to) is reported; the rest is done, and the pool still sees us. */
  #guarded(effect: Effect): void {
    try {
      this.#do(effect);
    } catch (error) {
      this.#count('effects_failed');
      this.#options.log.error({ error }, `gossip could not carry out "${effect.type}"`);
    }
  }

  #do(effect: Effect): void {
    switch (effect.type) {
      case 'send':
        this.#door.send(effect.to, effect.messages, { crc: effect.checksum });
        return;
      case 'request':
        void this.#request(effect);
        return;
      case 'post':
        void this.#streams.post(effect.to, effect.message, this.#profile.tcpTimeout);
        return;
      case 'answer':
        this.#streams.answer(effect.stream, effect.message);
        return;
      case 'incarnation':
        this.#options.saveIncarnation(effect.incarnation);
        return;
      case 'versions':
        keepVersions(this.#options.shelf, effect.versions);
        return;
      case 'joined':
        this.#joins.get(effect.ticket)?.(effect.error);
        this.#joins.delete(effect.ticket);
        return;
      case 'gone':
        this.#saveSnapshot('left');
        this.#phase = 'left';
        this.#gone();
        return;
      default:
        this.#news.tell(effect);
        if (effect.type === 'member') this.#snapshotAlarm.setOnce(this.#options.clock.now() + SNAPSHOT_DELAY_MS);
    }
  }

  async #request({ id, to, message, timeoutMs }: Extract<Effect, { type: 'request' }>): Promise<void> {
    try {
      const answer = await this.#streams.request(to, message, timeoutMs);
      this.#step({ type: 'answered', id, message: answer });
    } catch (error) {
      this.#step({ type: 'failed', id, error: messageOf(error) });
    }
  }

  #saveSnapshot(ending: 'none' | 'left'): void {
    if (this.#phase === 'running') keepSnapshot(this.#options.shelf, this.#core.snapshot, ending);
  }
}

/** Where others reach us: as configured, else where we listen. */
function advertisedAddress({ advertise, bind }: GossipOptions): string {
  const address = advertise ?? bind.find((bound) => !WILDCARDS.has(bound));
  if (address !== undefined) return address;
  const text = `gossip listens at ${bind.join(', ')}: set \`advertise\` to the address that others reach`;
  throw new OpsbroError('invalid_config', text);
}
