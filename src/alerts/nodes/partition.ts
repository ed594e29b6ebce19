import type { Bus } from '../../base/bus.ts';
import type { Clock } from '../../base/clock.ts';
import type { CheckState } from '../../model/check.ts';
import type { AgentEvent } from '../../model/event.ts';
import type { Membership } from '../../model/member.ts';
import { dutyOf, orderOf, type SeenNotice } from './duty.ts';
import type { Incident } from './incident.ts';
import type { OwnNotices } from './own-notices.ts';

/** Names in the message. */
const MAX_NAMES = 50;
/** Of that name, so that it is told from a zone below that cannot be reached. */
const PART = 'partition';

interface Parts {
  readonly bus: Bus<AgentEvent>;
  readonly clock: Clock;
  readonly membership: Membership;
  readonly notices: OwnNotices;
  isAlive(id: string): boolean;
}

interface Sight {
  /** Monotonic milliseconds. */
  readonly now: number;
  /** Nodes of the zone that are seen, this one included. */
  readonly living: number;
  /** Is told of nodes that are not part of it any more although they are still dead. */
  readonly released: (ids: Iterable<string>) => void;
}

/** That most nodes of the zone cannot be seen from here: one message of it, by one node of this side, until they are seen again. */
export class Partition implements Disposable {
  readonly #parts: Parts;
  readonly #listening: Disposable;
  /** Names by id of the nodes that are not seen. */
  readonly #unseen = new Map<string, string>();
  readonly #seen = new Map<string, SeenNotice & { readonly at: number }>();
  #sight: Sight | undefined;
  #isRaised: boolean;

  constructor(parts: Parts) {
    this.#parts = parts;
    // One that was told before a restart ends when this node sees the pool.
    this.#isRaised = parts.notices.get(this.#id) !== undefined;
    this.#listening = parts.bus.on('alert-change', ({ action, alert }) => {
      if (action !== 'notified' || alert.kind !== 'zone' || alert.name !== PART) return;
      const handlers = [...alert.notified].filter(([, { state }]) => state === 'sent').map(([handler]) => handler);
      if (parts.notices.get(this.#id)?.state === 'claimed') parts.notices.say(this.#id, 'sent', handlers);
    });
  }

  /** There is something to attend to. */
  get isOpen(): boolean {
    return this.#sight !== undefined || this.#isRaised;
  }

  /** These nodes are not seen any more either. */
  add(incidents: readonly Incident[], sight: Sight): void {
    for (const { node } of incidents) this.#unseen.set(node.uuid, node.name);
    this.#sight = this.#sight === undefined ? sight : { ...sight, now: this.#sight.now };
  }

  /** A node is back, or gone for good. */
  lost(id: string): void {
    this.#unseen.delete(id);
  }

  /** Tells people when that is up to this node; answers when to look again, by monotonic time. */
  attend(candidates: readonly string[], now: number): number {
    if (!this.isOpen) return Number.POSITIVE_INFINITY;
    const living = this.#living();
    if (this.#unseen.size <= living) return this.#end();
    if (this.#sight === undefined || this.#isRaised) return Number.POSITIVE_INFINITY;
    this.#look(now);
    const { self } = this.#parts.membership;
    const isAlive = (id: string) => this.#parts.isAlive(id);
    const order = orderOf(`alert/zone/${self.zone}`, candidates);
    const duty = dutyOf(
      { self: self.id, order, dueAt: this.#sight.now, notices: [...this.#seen.values()], isAlive },
      now,
    );
    if (duty.type === 'wait') return duty.until;
    if (duty.type === 'tell') this.#tell(living);
    return Number.POSITIVE_INFINITY;
  }

  [Symbol.dispose](): void {
    this.#listening[Symbol.dispose]();
  }

  get #id(): string {
    return `${PART}-${this.#parts.membership.self.zone}`;
  }

  #living(): number {
    const { members, self } = this.#parts.membership;
    return [...members.values()].filter(({ id, zone }) => zone === self.zone && this.#parts.isAlive(id)).length;
  }

  #tell(living: number): void {
    const { name, zone } = this.#parts.membership.self;
    const names = [...this.#unseen.values()].sort();
    const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
    const listed = names.slice(0, MAX_NAMES).join(', ') + more;
    this.#isRaised = true;
    this.#parts.notices.say(this.#id, 'claimed');
    const output = `${name} sees ${living} of ${living + names.length} nodes of zone ${zone}; not seen: ${listed}`;
    this.#emit('critical', output);
  }

  #end(): number {
    const { name, zone } = this.#parts.membership.self;
    if (this.#isRaised) this.#emit('ok', `${name} sees most nodes of zone ${zone} again`);
    this.#isRaised = false;
    this.#parts.notices.drop(this.#id);
    const released = this.#sight?.released;
    this.#sight = undefined;
    this.#seen.clear();
    const left = [...this.#unseen.keys()];
    this.#unseen.clear();
    released?.(left);
    return left.length > 0 ? this.#parts.clock.now() : Number.POSITIVE_INFINITY;
  }

  /** Only what is said on this side counts. */
  #look(now: number): void {
    for (const { id, notices } of this.#parts.membership.members.values()) {
      const notice = this.#parts.isAlive(id) ? notices?.get(this.#id) : undefined;
      const before = this.#seen.get(id);
      if (notice === undefined) this.#seen.delete(id);
      else if (before?.state !== notice.state || before.at !== notice.at)
        this.#seen.set(id, { by: id, state: notice.state, at: notice.at, seenAt: now });
    }
  }

  #emit(severity: CheckState, output: string): void {
    const { zone } = this.#parts.membership.self;
    const [state, oldState] = severity === 'ok' ? ['whole', 'partitioned'] : ['partitioned', 'whole'];
    const problem = {
      kind: 'zone',
      name: PART,
      displayName: zone,
      pack: '',
      severity,
      state,
      oldState,
      output,
    } as const;
    this.#parts.bus.emit({ type: 'problem-change', problem });
  }
}
