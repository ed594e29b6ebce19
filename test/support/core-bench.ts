import { seeded } from '../../src/base/random.ts';
import { Core } from '../../src/gossip/core/core.ts';
import type { Effect, Input } from '../../src/gossip/core/effect.ts';
import type { Observation } from '../../src/gossip/core/evidence.ts';
import { shownState } from '../../src/gossip/core/node.ts';
import { PROFILES, type Profile } from '../../src/gossip/core/profile.ts';
import type { Alive, PacketMessage, PushPull, StreamMessage } from '../../src/gossip/wire/messages.ts';
import { encodeTags } from '../../src/gossip/wire/tags.ts';

const FROM = { address: '10.0.0.9', port: 9 };

/** A core named `me` whose time and messages a test decides. */
export class Bench {
  now = 0;
  readonly core: Core;
  readonly effects: Effect[] = [];

  constructor(seed = 1, profile: Partial<Profile> = {}) {
    this.core = new Core({
      name: 'me',
      address: '10.0.0.1',
      port: 1,
      incarnation: 5,
      profile: { ...PROFILES.lan, ...profile },
      random: seeded(seed),
      facts: { id: 'id-me', zone: 'internet', isProxy: false, tags: new Map() },
      boot: new Uint8Array(8),
    });
    this.effects.push(...this.core.start(0));
  }

  hear(...messages: PacketMessage[]): this {
    return this.step({ type: 'packet', from: FROM, messages });
  }

  step(input: Input): this {
    this.effects.push(...this.core.step(input, this.now));
    return this;
  }

  /** Lets time go by, waking the core whenever it wants; `meanwhile` runs after each wake. */
  wait(ms: number, meanwhile: () => void = () => {}): this {
    const end = this.now + ms;
    for (let at = this.core.wakeAt; at !== undefined && at <= end; at = this.core.wakeAt) {
      this.now = Math.max(this.now, at);
      this.step({ type: 'wake' });
      meanwhile();
    }
    this.now = end;
    return this;
  }

  /** Wakes the core as often as it wants until something holds, at most for ten minutes; not a moment longer. */
  waitUntil(holds: () => boolean): this {
    const limit = this.now + 600_000;
    while (!holds()) {
      const at = this.core.wakeAt;
      if (at === undefined || at > limit) throw new Error('it did not come to that');
      this.now = Math.max(this.now, at);
      this.step({ type: 'wake' });
    }
    return this;
  }

  /** Lets time go by until something of that kind is sent; answers with the first. */
  waitFor<Kind extends PacketMessage['kind']>(kind: Kind): Extract<PacketMessage, { kind: Kind }> {
    this.waitUntil(() => this.sent(kind).length > 0);
    const [found] = this.sent(kind);
    if (!found) throw new Error(`no ${kind} was sent`);
    return found;
  }

  /** What was sent since the last `forget`, of one kind. */
  sent<Kind extends PacketMessage['kind']>(kind: Kind): Extract<PacketMessage, { kind: Kind }>[] {
    const messages = this.effects.flatMap((effect) => (effect.type === 'send' ? effect.messages : []));
    return messages.filter((message): message is Extract<PacketMessage, { kind: Kind }> => message.kind === kind);
  }

  /** Requests over streams since the last `forget`. */
  get requests(): Extract<Effect, { readonly type: 'request' }>[] {
    return this.effects.filter((effect) => effect.type === 'request');
  }

  /** Answers the last request. */
  reply(message: StreamMessage): this {
    const request = this.requests.at(-1);
    return request ? this.step({ type: 'answered', id: request.id, message }) : this;
  }

  get changes(): string[] {
    return this.effects.flatMap((effect) => (effect.type === 'member' ? `${effect.change} ${effect.node.name}` : []));
  }

  forget(): this {
    this.effects.length = 0;
    return this;
  }

  state(name: string): string | undefined {
    const node = this.core.nodes.get(name);
    return node && `${shownState(node)}${node.status === 'leaving' ? ' leaving' : ''}`;
  }

  /** The kinds of what was observed of a member, oldest first. */
  observed(name: string): Observation['kind'][] {
    return this.core.evidence(name).map(({ kind }) => kind);
  }
}

/** Where a member made by `alive` is. */
export const placeOf = (node: string) => ({ address: '10.0.0.2', port: 1_000 + node.charCodeAt(0) });

export const alive = (node: string, incarnation = 1, tags: Readonly<Record<string, string>> = {}): Alive => ({
  kind: 'alive',
  node,
  incarnation,
  ...placeOf(node),
  meta: encodeTags(new Map(Object.entries(tags))),
  versions: [1, 5, 2, 2, 5, 5],
});

export const suspect = (node: string, incarnation = 1, from = 'eve') =>
  ({ kind: 'suspect', node, incarnation, from }) as const;

export const dead = (node: string, incarnation = 1, from = 'eve') =>
  ({ kind: 'dead', node, incarnation, from }) as const;

export const join = (node: string, lTime: number) => ({ kind: 'joinIntent', node, lTime }) as const;

export const leave = (node: string, lTime: number, prune = false) =>
  ({ kind: 'leaveIntent', node, lTime, prune }) as const;

/** A push/pull that says this of some members. */
export function pushPull(
  ...entries: readonly (readonly [name: string, PushPull['nodes'][number]['state'], number?])[]
): PushPull {
  const nodes = entries.map(([name, state, incarnation = 1]) => {
    const { kind: _, node: __, ...place } = alive(name, incarnation);
    return { name, state, ...place };
  });
  return { kind: 'pushPull', join: false, nodes, serf: null };
}
