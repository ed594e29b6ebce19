import { seeded } from '../../../src/base/random.ts';
import { Core } from '../../../src/gossip/core/core.ts';
import type { Effect, Input } from '../../../src/gossip/core/effect.ts';
import { PROFILES } from '../../../src/gossip/core/profile.ts';
import type { Alive, PacketMessage } from '../../../src/gossip/wire/messages.ts';
import { encodeTags } from '../../../src/gossip/wire/tags.ts';

/** The clocks of a run before this one: member, event, query. */
type LastClocks = readonly [number, number, number];

/** One core, `me` at 10.0.0.1:1, whose time and messages a test decides. */
export class Bench {
  now = 0;
  readonly core: Core;
  readonly effects: Effect[] = [];

  constructor(clocks: LastClocks = [1, 1, 1]) {
    this.core = new Core({
      name: 'me',
      address: '10.0.0.1',
      port: 1,
      incarnation: 5,
      profile: PROFILES.lan,
      random: seeded(1),
      facts: { id: 'id-me', zone: 'internet', isProxy: false, tags: new Map([['role', 'web-1']]) },
      boot: new Uint8Array(8),
      clocks,
    });
    this.effects.push(...this.core.start(0));
  }

  give(input: Input): this {
    this.effects.push(...this.core.step(input, this.now));
    return this;
  }

  hear(...messages: PacketMessage[]): this {
    return this.give({ type: 'packet', from: { address: '10.0.0.9', port: 9 }, messages });
  }

  /** Lets time go by, waking the core whenever it wants. */
  wait(ms: number): this {
    const end = this.now + ms;
    for (let at = this.core.wakeAt; at !== undefined && at <= end; at = this.core.wakeAt) {
      this.now = Math.max(this.now, at);
      this.give({ type: 'wake' });
    }
    this.now = end;
    return this;
  }

  forget(): this {
    this.effects.length = 0;
    return this;
  }

  /** Everything of one type that was to be done since the last `forget`. */
  done<Type extends Effect['type']>(type: Type): Extract<Effect, { type: Type }>[] {
    return this.effects.filter((effect): effect is Extract<Effect, { type: Type }> => effect.type === type);
  }

  /** What was sent since then, of one kind, with the port it went to. */
  sent<Kind extends PacketMessage['kind']>(kind: Kind): (Extract<PacketMessage, { kind: Kind }> & { to: number })[] {
    return this.done('send').flatMap(({ to, messages }) =>
      messages
        .filter((message): message is Extract<PacketMessage, { kind: Kind }> => message.kind === kind)
        .map((message) => ({ ...message, to: to.port })),
    );
  }

  count(name: string): number {
    return this.core.counts.get(name) ?? 0;
  }
}

/** A member at 10.0.0.2 whose port is 1000 + the first letter of its name. */
export const alive = (node: string, tags: Readonly<Record<string, string>> = {}): Alive => ({
  kind: 'alive',
  node,
  incarnation: 1,
  address: '10.0.0.2',
  port: portOf(node),
  meta: encodeTags(new Map(Object.entries(tags))),
  versions: [1, 5, 2, 2, 5, 5],
});

export const portOf = (node: string): number => 1_000 + node.charCodeAt(0);
