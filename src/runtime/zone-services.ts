import type { Bus } from '../base/bus.ts';
import { hashRing, placed } from '../base/placement.ts';
import type { CheckState } from '../model/check.ts';
import type { AgentEvent } from '../model/event.ts';
import type { Member } from '../model/member.ts';
import type { PackObject } from '../model/pack.ts';
import { applicability } from './applicability.ts';
import { type Configuration, objectsOf } from './configuration.ts';
import { zoneState } from './service-state.ts';

interface ZoneServicesOptions {
  readonly bus: Bus<AgentEvent>;
  readonly self: { readonly id: string; readonly zone: string };
  groups(): ReadonlySet<string>;
  members(): ReadonlyMap<string, Member>;
}

/** What changes how many nodes offer a service. */
const EVENTS = [
  'member-join',
  'member-alive',
  'member-failed',
  'member-leave',
  'member-reap',
  'member-settle',
  'record-change',
  'service-change',
] as const;

/** Judges the services of the whole zone, as long as this node is the one that the ring says to. */
export class ZoneServices {
  readonly #options: ZoneServicesOptions;
  #objects: readonly PackObject[] = [];
  /** What this node said last, by id. */
  readonly #said = new Map<string, CheckState>();
  #listening: readonly Disposable[] = [];

  constructor(options: ZoneServicesOptions) {
    this.#options = options;
  }

  /** Takes them as they are written now. */
  apply({ packs, topics }: Configuration): void {
    this.#objects = topics.monitoring ? [...objectsOf(packs, 'zone_service').values()] : [];
    if (this.#listening.length > 0) this.#review();
  }

  /** Follows the pool from now on. */
  start(): void {
    this.#listening = EVENTS.map((type) => this.#options.bus.on(type, () => this.#review()));
    this.#review();
  }

  stop(): void {
    for (const listener of this.#listening) listener[Symbol.dispose]();
  }

  #review(): void {
    if (this.#objects.length === 0) return;
    const { groups } = this.#options;
    const here = groups();
    const isChosen = this.#isChosen();
    for (const object of this.#objects) {
      const { if_group } = object.definition;
      const applies = if_group === undefined || applicability(if_group)(here);
      if (isChosen && applies) this.#judge(object);
      // Another node says it from now on; what was said lasts until that one says otherwise.
      else this.#said.delete(object.id);
    }
  }

  /** Whether this node is the first of the ring for its zone. */
  #isChosen(): boolean {
    const { self, members } = this.#options;
    const candidates = [...members().values()].filter(
      ({ kind, zone, settled }) => kind === 'opsbro' && zone === self.zone && settled === 'alive',
    );
    return placed(`alert/zone/${self.zone}`, hashRing(candidates.map(({ id }) => id)), 1)[0] === self.id;
  }

  #judge({ id, packName, definition }: PackObject): void {
    const { self, members, bus } = this.#options;
    const { service, name, at_least_ok, warning_below } = definition;
    const wanted = String(service);
    const offering = [...members().values()].filter(
      (member) => member.zone === self.zone && member.settled !== 'left' && member.services.has(wanted),
    );
    const good = offering.filter((each) => each.settled === 'alive' && each.services.get(wanted)?.state === 'ok');
    const quorum = {
      atLeast: countOf(at_least_ok) ?? 1,
      warningBelow: countOf(warning_below),
    };
    const state = zoneState(good.length, offering.length, quorum);
    const before = this.#said.get(id);
    if (state === before) return;
    this.#said.set(id, state);
    if (before === undefined && state === 'ok') return;
    const displayName = String(name ?? service);
    bus.emit({
      type: 'problem-change',
      problem: {
        ...{ kind: 'zone_service', name: id, displayName, pack: packName },
        ...{ severity: state, state, oldState: before ?? 'pending' },
        output: `${good.length} of ${offering.length} nodes of zone ${self.zone} offer ${wanted} well`,
      },
    });
  }
}

const countOf = (written: unknown): number | string | undefined =>
  typeof written === 'number' || typeof written === 'string' ? written : undefined;
