import type { Standing } from './ports.ts';
import type { Bench } from './quorum.ts';
import { ownersOf, type View, viewOf } from './view.ts';

/** A view to satisfy, and whether it is the present one. */
export interface Duty {
  readonly view: View;
  readonly era: Bench['era'];
}

/** How far a node that answered is. */
interface Progress {
  readonly view: string;
  readonly ready: string;
}

/**
 * Which rings count for this node: the present one, and the last in which every member had everything. As long as they differ, requests
 * satisfy both, so that nothing that was acknowledged under the old one is missed under the new one.
 */
export class Standpoint {
  readonly #self: string;
  readonly #progress = new Map<string, Progress>();
  readonly #onSettled: (before: readonly string[]) => void;
  #present: View;
  #settled: View | undefined;
  #ready: string;
  #duties: readonly Duty[] | undefined;

  /** `onSettled` is told the members of the ring that counted until then. */
  constructor(
    self: string,
    { settled, present, ready }: Omit<Standing, 'limit' | 'met'>,
    onSettled: (before: readonly string[]) => void = () => {},
  ) {
    this.#self = self;
    this.#onSettled = onSettled;
    this.#present = viewOf(present);
    this.#settled = settled.length === 0 ? undefined : viewOf(settled);
    this.#ready = ready;
  }

  get present(): View {
    return this.#present;
  }

  /** The view for which this node has everything that belongs to it; empty while it is filling. */
  get ready(): string {
    return this.#ready;
  }

  /** Whether every member of the present ring has everything that belongs to it. */
  get isSettled(): boolean {
    return this.#settled?.id === this.#present.id;
  }

  /** The views that a request has to satisfy. */
  duties(): readonly Duty[] {
    this.#duties ??= this.#newDuties();
    return this.#duties;
  }

  #newDuties(): readonly Duty[] {
    const present: Duty = { view: this.#present, era: 'present' };
    if (this.#settled === undefined || this.isSettled) return [present];
    return [present, { view: this.#settled, era: 'former' }];
  }

  /** Whether a request that satisfies these views satisfies all that count here. */
  isCovered(views: readonly string[]): boolean {
    return this.duties().every(({ view }) => views.includes(view.id));
  }

  /**
   * Whether it means something that this node does not hold a key. That it was a ring by itself does not: it may have lost its disk before,
   * and has yet to find out what there is.
   */
  isWholeFor(key: string): boolean {
    const wasAlone = this.#ready !== this.#present.id && this.#settled?.members.length === 1;
    return !wasAlone && this.isAtHome(key);
  }

  /** Whether what is new here about a key is new: that it came to belong here is no news. */
  isAtHome(key: string): boolean {
    if (this.#ready === this.#present.id) return true;
    return this.#settled !== undefined && ownersOf(key, this.#settled).includes(this.#self);
  }

  /** The ring has other members from now on. */
  adopt(view: View): void {
    if (view.id === this.#present.id) return;
    this.#present = view;
    this.#duties = undefined;
    this.#ready = '';
    this.#progress.clear();
  }

  /** This node has got everything that belongs to it in a view, unless that is over already. */
  fill(view: View): void {
    if (view.id === this.#present.id) this.#ready = view.id;
    this.#settle();
  }

  /** A node said how far it is. */
  hear(node: string, progress: Progress): void {
    this.#progress.set(node, progress);
    this.#settle();
  }

  /** Whether that node, as far as it said, has everything that belongs to it. */
  isReady(node: string): boolean {
    if (node === this.#self) return this.#ready === this.#present.id;
    const said = this.#progress.get(node);
    return said?.view === this.#present.id && said.ready === this.#present.id;
  }

  /** Whether what that node does not hold, of what belongs to it, is not there, as far as it said. */
  isWhole(node: string): boolean {
    if (this.isReady(node)) return true;
    const former = this.#settled?.members ?? [];
    return former.length > 1 && former.includes(node);
  }

  /** What is to be known after a restart. */
  standing(): Omit<Standing, 'limit' | 'met'> {
    return { settled: this.#settled?.members ?? [], present: this.#present.members, ready: this.#ready };
  }

  #settle(): void {
    if (this.#present.members.length === 0 || this.isSettled) return;
    if (!this.#present.members.every((member) => this.isReady(member))) return;
    const before = this.#settled?.members ?? [];
    this.#settled = this.#present;
    this.#duties = undefined;
    this.#onSettled(before);
  }
}
