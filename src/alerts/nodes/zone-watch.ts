import type { Bus } from '../../base/bus.ts';
import type { Clock } from '../../base/clock.ts';
import type { Problem } from '../../model/alert.ts';
import type { AgentEvent } from '../../model/event.ts';
import type { Membership } from '../../model/member.ts';
import { candidatesIn, isLiving } from './candidates.ts';
import { dutyOf, orderOf, type SeenNotice } from './duty.ts';
import type { OwnNotices } from './own-notices.ts';

/** A link that breaks for a shorter time is no alert. */
const GRACE_MS = 60_000;
const CHANGES = ['member-reach', 'member-join', 'member-reap', 'record-change'] as const;

interface Options {
  readonly bus: Bus<AgentEvent>;
  readonly clock: Clock;
  readonly membership: Membership;
  readonly notices: OwnNotices;
  /** Whether a zone is below ours. */
  readonly isBelow: (zone: string) => boolean;
}

/** A zone of which no node can be reached. Times are monotonic. */
interface Loss {
  readonly since: number;
  readonly nodes: number;
  isRaised: boolean;
  readonly seen: Map<string, SeenNotice & { readonly at: number }>;
}

/** Makes alerts of zones below that cannot be reached as a whole, each on one node of this zone only. */
export class ZoneWatch implements Disposable {
  readonly #options: Options;
  readonly #losses = new Map<string, Loss>();
  readonly #listeners: readonly Disposable[];
  #wake: Disposable | undefined;

  constructor(options: Options) {
    this.#options = options;
    const { bus, notices, membership } = options;
    this.#listeners = [
      ...CHANGES.map((type) =>
        bus.on(type, ({ member }) => {
          // Of our own zone only what is said of such losses matters.
          if (member.zone !== membership.self.zone || this.#losses.size > 0) this.#review();
        }),
      ),
      bus.on('alert-change', ({ action, alert }) => {
        const id = noticeId(alert.name);
        if (action !== 'notified' || alert.kind !== 'zone' || notices.get(id)?.state !== 'claimed') return;
        notices.say(id, 'sent', [...alert.notified.keys()]);
      }),
    ];
  }

  [Symbol.dispose](): void {
    this.#wake?.[Symbol.dispose]();
    for (const listener of this.#listeners) listener[Symbol.dispose]();
  }

  #review(): void {
    const { clock } = this.#options;
    const now = clock.now();
    this.#wake?.[Symbol.dispose]();
    this.#wake = undefined;
    const lost = this.#lost();
    for (const zone of [...this.#losses.keys()]) if (!lost.has(zone)) this.#found(zone);
    for (const [zone, nodes] of lost) {
      if (!this.#losses.has(zone)) this.#losses.set(zone, { since: now, nodes, isRaised: false, seen: new Map() });
    }
    const next = Math.min(...[...this.#losses].map(([zone, loss]) => this.#attend(zone, loss, now)));
    if (next < Number.POSITIVE_INFINITY) this.#wake = clock.after(next - now, () => this.#review());
  }

  /** How many nodes each zone below has of which none can be reached. */
  #lost(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    const reached = new Set<string>();
    for (const { zone, reachable } of this.#options.membership.members.values()) {
      counts.set(zone, (counts.get(zone) ?? 0) + 1);
      if (reachable) reached.add(zone);
    }
    return new Map([...counts].filter(([zone]) => !reached.has(zone) && this.#options.isBelow(zone)));
  }

  #attend(zone: string, loss: Loss, now: number): number {
    const { membership, notices } = this.#options;
    if (loss.isRaised) return Number.POSITIVE_INFINITY;
    this.#look(zone, loss, now);
    const isAlive = (id: string) => isLiving(membership, id);
    const order = orderOf(`alert/zone/${zone}`, candidatesIn(membership));
    const dueAt = loss.since + GRACE_MS;
    const seen = [...loss.seen.values()];
    const duty = dutyOf({ self: membership.self.id, order, dueAt, notices: seen, isAlive }, now);
    if (duty.type === 'wait') return duty.until;
    if (duty.type === 'nothing') return Number.POSITIVE_INFINITY;
    loss.isRaised = true;
    notices.say(noticeId(zone), 'claimed');
    this.#emit(zone, 'unreachable', `zone ${zone} with ${loss.nodes} nodes cannot be reached`);
    return Number.POSITIVE_INFINITY;
  }

  #found(zone: string): void {
    const loss = this.#losses.get(zone);
    this.#losses.delete(zone);
    this.#options.notices.drop(noticeId(zone));
    if (loss?.isRaised) this.#emit(zone, 'reachable', `zone ${zone} can be reached again`);
  }

  /** Takes in what others of this zone say of it. */
  #look(zone: string, { seen }: Loss, now: number): void {
    for (const { id, notices } of this.#options.membership.members.values()) {
      const notice = notices?.get(noticeId(zone));
      const before = seen.get(id);
      if (notice === undefined) seen.delete(id);
      else if (before?.state !== notice.state || before.at !== notice.at)
        seen.set(id, { by: id, state: notice.state, at: notice.at, seenAt: now });
    }
  }

  #emit(zone: string, state: 'unreachable' | 'reachable', output: string): void {
    const isOver = state === 'reachable';
    const problem: Problem = {
      kind: 'zone',
      name: zone,
      displayName: zone,
      pack: '',
      severity: isOver ? 'ok' : 'critical',
      state,
      oldState: isOver ? 'unreachable' : 'reachable',
      output,
    };
    this.#options.bus.emit({ type: 'problem-change', problem });
  }
}

const noticeId = (zone: string): string => `unreachable-${zone}`;
