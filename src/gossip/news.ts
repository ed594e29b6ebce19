import type { Bus } from '../base/bus.ts';
import type { Logger } from '../base/log.ts';
import type { AgentEvent } from '../model/event.ts';
import { type Endpoint, endpointText } from '../net/address.ts';
import type { Effect, MemberChange } from './core/effect.ts';
import type { Directory } from './directory.ts';

/** What the rest of the agent hears of. */
type NewsEffect = Extract<
  Effect,
  { readonly type: 'member' | 'record' | 'heard' | 'reachability' | 'isolated' | 'conflict' | 'log' }
>;

/** Changes that are worth a line in the log. */
const LOGGED: ReadonlySet<MemberChange> = new Set(['member-join', 'member-leave', 'member-failed']);

/** Brings what the core noticed into the list of members, the log and onto the bus; the list is up to date before anyone is told. */
export class News {
  readonly #directory: Directory;
  readonly #bus: Bus<AgentEvent>;
  readonly #log: Logger;

  constructor(directory: Directory, bus: Bus<AgentEvent>, log: Logger) {
    this.#directory = directory;
    this.#bus = bus;
    this.#log = log;
  }

  tell(effect: NewsEffect): void {
    if (effect.type === 'log') this.#log[effect.level](effect.fields, effect.text);
    else if (effect.type === 'heard') this.#directory.onHeard(effect.name, effect.rttMs);
    else if (effect.type === 'reachability') this.#directory.onReachability(effect.name, effect.udpBlocked);
    else if (effect.type === 'isolated') this.#isolated(effect.isolated);
    else if (effect.type === 'record') this.#emit(this.#directory.onRecord(effect));
    else if (effect.type === 'conflict') this.#conflict(effect);
    else {
      if (LOGGED.has(effect.change)) this.#log.info({ member: effect.node.name }, effect.change);
      this.#emit(this.#directory.onMember(effect));
    }
  }

  /** Our name is another's; answers with the text for people. */
  nameLost(name: string, by: Endpoint): string {
    const text = `node name ${name} is used by ${endpointText(by)}; set \`name\` in agent.yml`;
    this.#log.error({ by: endpointText(by) }, text);
    return text;
  }

  #emit(events: readonly AgentEvent[]): void {
    for (const event of events) this.#bus.emit(event);
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
