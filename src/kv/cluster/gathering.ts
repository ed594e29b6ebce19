import type { Answer, Question, Refusal } from './messages.ts';
import type { Bench } from './quorum.ts';
import type { Duty } from './standpoint.ts';
import { ownersOf, type View, viewOf } from './view.ts';

const MOST_VIEWS = 8;
const MOST_TRIES = 3;

/** The nodes that one request asks, as seen by it. */
export interface Askers {
  readonly duties: readonly Duty[];
  isAlive(node: string): boolean;
  /** Asks a node on behalf of a request that satisfies these views. Rejects when no answer came. */
  ask(node: string, question: Question, views: readonly string[]): Promise<Answer>;
}

/**
 * Asks everyone who keeps a key, in all rings that have to be satisfied. A node that goes by another ring says so; then that ring has to be
 * satisfied as well.
 */
export class Gathering {
  readonly answers = new Map<string, Answer>();
  readonly #askers: Askers;
  readonly #key: string;
  readonly #question: Question;
  readonly #duties: Map<string, Duty>;
  readonly #asked = new Set<string>();
  readonly #tries = new Map<string, number>();
  #views: readonly string[] = [];
  #benches: readonly Bench[] = [];
  #owners: ReadonlySet<string> = new Set();
  #open = 0;
  #check: () => void = () => {};

  constructor(askers: Askers, key: string, question: Question) {
    this.#askers = askers;
    this.#key = key;
    this.#question = question;
    this.#duties = new Map(askers.duties.map((duty) => [duty.view.id, duty]));
    this.#place();
  }

  /** The lists of nodes to satisfy. */
  get benches(): readonly Bench[] {
    return this.#benches;
  }

  /** Everyone who keeps the key. */
  get owners(): ReadonlySet<string> {
    return this.#owners;
  }

  /** Whether everyone who keeps the key has answered. */
  get isComplete(): boolean {
    return [...this.owners].every((node) => this.answers.has(node));
  }

  readonly isAlive = (node: string): boolean => this.#askers.isAlive(node);

  /** Asks, and resolves when that is enough, or when there is nobody left to wait for. */
  run(isEnough: (gathering: Gathering) => boolean): Promise<'enough' | 'over'> {
    return new Promise((resolve) => {
      this.#check = () => {
        if (isEnough(this)) resolve('enough');
        else if (this.#open === 0) resolve('over');
      };
      this.#askAll();
      this.#check();
    });
  }

  /** Who answered in a way, with what. */
  select<Picked>(pick: (answer: Answer) => Picked | undefined): ReadonlyMap<string, Picked> {
    const found = new Map<string, Picked>();
    for (const [node, answer] of this.answers) {
      const picked = pick(answer);
      if (picked !== undefined) found.set(node, picked);
    }
    return found;
  }

  /** Why nodes refused. */
  refusals(): readonly Refusal[] {
    return [...this.select((answer) => (answer.type === 'refused' ? answer.refusal : undefined)).values()];
  }

  #askAll(): void {
    for (const node of this.owners) {
      if (this.#asked.has(node) || !this.isAlive(node)) continue;
      this.#asked.add(node);
      this.#open += 1;
      // No answer is no answer; what that means for the request is for those who count.
      this.#askers.ask(node, this.#question, this.#views).then(
        (answer) => this.#heard(node, answer),
        () => this.#heard(node, undefined),
      );
    }
  }

  #heard(node: string, answer: Answer | undefined): void {
    if (answer?.type === 'refused' && answer.refusal.type === 'view') this.#satisfy(node, answer.refusal.views);
    else if (answer !== undefined) this.answers.set(node, answer);
    this.#open -= 1;
    this.#check();
  }

  #satisfy(node: string, views: readonly (readonly string[])[]): void {
    const tries = (this.#tries.get(node) ?? 0) + 1;
    this.#tries.set(node, tries);
    for (const members of views) this.#add(viewOf(members));
    if (tries < MOST_TRIES) this.#asked.delete(node);
    this.#askAll();
  }

  #add(view: View): void {
    if (this.#duties.has(view.id) || this.#duties.size >= MOST_VIEWS) return;
    this.#duties.set(view.id, { view, era: 'former' });
    this.#place();
  }

  #place(): void {
    this.#views = [...this.#duties.keys()];
    this.#benches = [...this.#duties.values()].map(({ view, era }) => ({ owners: ownersOf(this.#key, view), era }));
    this.#owners = new Set(this.#benches.flatMap(({ owners }) => owners));
  }
}
