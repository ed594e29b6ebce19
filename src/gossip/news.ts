import type { Bus } from '../base/bus.ts';
import type { Histogram } from '../base/histogram.ts';
import type { Logger } from '../base/log.ts';
import type { AgentEvent } from '../model/event.ts';
import { type Endpoint, endpointText } from '../net/address.ts';
import type { Effect, MemberChange, PartName, Rival } from './core/effect.ts';
import type { Directory } from './directory.ts';
import { identityTrouble, oversizeTrouble, type Trouble } from './trouble.ts';

/** What the rest of the agent hears of. */
type NewsEffect = Extract<
  Effect,
  {
    readonly type:
      | 'member'
      | 'record'
      | 'heard'
      | 'reachability'
      | 'isolated'
      | 'conflict'
      | 'oversize'
      | 'identity'
      | 'log';
  }
>;

/** Who is told. */
interface Listeners {
  /** Name of this node. */
  readonly name: string;
  readonly bus: Bus<AgentEvent>;
  readonly log: Logger;
  readonly probeTimes?: Pick<Histogram, 'add'> | undefined;
  readonly trouble?: ((trouble: Trouble) => void) | undefined;
  readonly cloned?: (() => string) | undefined;
}

/** Changes that are worth a line in the log. */
const LOGGED: ReadonlySet<MemberChange> = new Set(['member-join', 'member-leave', 'member-failed']);

/** Brings what the core noticed into the list of members, the log and onto the bus; the list is up to date before anyone is told. */
export class News {
  readonly #directory: Directory;
  readonly #name: string;
  readonly #bus: Bus<AgentEvent>;
  readonly #log: Logger;
  readonly #probeTimes: Pick<Histogram, 'add'> | undefined;
  readonly #trouble: (trouble: Trouble) => void;
  readonly #cloned: () => string;
  #hasJoined = false;
  readonly #leftOut = new Map<PartName, number>();

  constructor(directory: Directory, { name, bus, log, probeTimes, trouble = () => {}, cloned = () => '' }: Listeners) {
    this.#directory = directory;
    this.#name = name;
    this.#bus = bus;
    this.#log = log;
    this.#probeTimes = probeTimes;
    this.#trouble = trouble;
    this.#cloned = cloned;
  }

  #heard({ name: member, rttMs }: Extract<NewsEffect, { type: 'heard' }>): void {
    this.#log.debug({ member, rttMs }, 'a probe was answered');
    this.#probeTimes?.add(rttMs / 1_000);
    this.#directory.onHeard(member, rttMs);
  }

  tell(effect: NewsEffect): void {
    if (effect.type === 'log') this.#log[effect.level](effect.fields, effect.text);
    else if (effect.type === 'heard') this.#heard(effect);
    else if (effect.type === 'reachability') this.#directory.onReachability(effect.name, effect.udpBlocked);
    else if (effect.type === 'isolated') this.#isolated(effect.isolated);
    else if (effect.type === 'record') this.#emit(this.#directory.onRecord(effect));
    else if (effect.type === 'conflict') this.#conflict(effect);
    else if (effect.type === 'oversize') this.#oversize(effect);
    else if (effect.type === 'identity') this.#identity(effect.rivals);
    else {
      if (LOGGED.has(effect.change)) this.#log.info({ member: effect.node.name }, effect.change);
      this.#emit(this.#directory.onMember(effect));
      if (effect.change === 'member-join' && effect.node.name !== this.#name) this.#joined();
    }
  }

  /** The pool goes by another node of our name; answers with the text for people. */
  nameLost(name: string, by: Endpoint): string {
    const text = `node name ${name} is used by ${endpointText(by)}; set \`name\` in agent.yml`;
    this.#log.error({ member: name, by: endpointText(by) }, text);
    this.#trouble({ code: 'name_lost', text });
    return text;
  }

  /** Tells of changes that are in the list already. */
  announce(events: readonly AgentEvent[]): void {
    this.#emit(events);
  }

  /** Time has passed: tells of members that count in another way now. */
  settle(): void {
    this.#emit(this.#directory.settle());
  }

  #joined(): void {
    if (this.#hasJoined) return;
    this.#hasJoined = true;
    this.#bus.emit({ type: 'pool-joined' });
  }

  #emit(events: readonly AgentEvent[]): void {
    for (const event of events) this.#bus.emit(event);
  }

  #oversize({ part, leftOut }: Extract<Effect, { readonly type: 'oversize' }>): void {
    this.#leftOut.set(part, leftOut);
    const trouble = oversizeTrouble(this.#leftOut);
    if (trouble.text !== '') this.#log.warn({ recordPart: part, leftOut }, trouble.text);
    this.#trouble(trouble);
  }

  #identity(rivals: readonly Rival[]): void {
    const done = rivals.some(({ isOlder }) => isOlder) ? this.#cloned() : 'this node was there first and keeps it';
    const trouble = identityTrouble(rivals, done);
    if (trouble.text !== '') this.#log.warn({ rivals: rivals.map(({ name }) => name) }, trouble.text);
    this.#trouble(trouble);
  }

  #isolated(isolated: boolean): void {
    if (isolated) this.#log.warn({}, 'no other member is heard; what seems wrong with them is told to nobody');
    else this.#log.info({}, 'other members are heard again');
    this.#bus.emit({ type: 'isolated', isolated });
  }

  #conflict({ name, ...places }: Extract<Effect, { readonly type: 'conflict' }>): void {
    const [known, claimed] = [endpointText(places.known), endpointText(places.claimed)];
    this.#log.warn({ member: name, known, claimed }, `the name ${name} is claimed by two addresses`);
    this.#bus.emit({ type: 'member-conflict', name, known, claimed });
  }
}
