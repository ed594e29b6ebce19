import type { Answer, Question, Refusal } from './messages.ts';
import type { Bench } from './quorum.ts';
import type { Duty } from './standpoint.ts';
import { ownersOf, type View, viewOf } from './view.ts';
import type { Heard } from './write-batches.ts';

const MOST_VIEWS = 8;
const MOST_TRIES = 3;

/** The nodes that one request asks, as seen by it. */
export interface Askers {
  readonly duties: readonly Duty[];
  isAlive(node: string): boolean;
  /** Asks a node on behalf of a request that satisfies these views. */
  ask(node: string, question: Question, views: readonly string[], heard: Heard): void;
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
  #duties: readonly Duty[];
  /** Who is asked, or was and is not to be asked again. */
  #asked: readonly string[] = [];
  /** Who went by other rings, once for each time. */
  readonly #strays: string[] = [];
  #views: readonly string[] = [];
  #benches: readonly Bench[] = [];
  #owners: readonly string[] = [];
  #open = 0;
  #check: () => void = () => {};

  constructor(askers: Askers, key: string, question: Question) {
    this.#askers = askers;
    this.#key = key;
    this.#question = question;
    this.#duties = askers.duties;
    this.#place();
  }

  /** The lists of nodes to satisfy. */
  get benches(): readonly Bench[] {
    return this.#benches;
  }

  /** Everyone who keeps the key. */
  get owners(): readonly string[] {
    return this.#owners;
  }

  /** Whether everyone who keeps the key has answered. */
  get isComplete(): boolean {
    return this.#owners.every((node) => this.answers.has(node));
  }

  readonly isAlive = (node: string): boolean => this.#askers.isAlive(node);

  /** Asks, and resolves when that is enough, or when there is nobody left to wait for. */
  run(isEnough: (gathering: Gathering) => boolean): Promise<'enough' | 'over'> {
    return new Promise((resolve) => {
      const end = (how: 'enough' | 'over') => {
        this.#check = () => {};
        resolve(how);
      };
      this.#check = () => {
        if (isEnough(this)) end('enough');
        else if (this.#open === 0) end('over');
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
    const nodes = this.#owners.filter((node) => !this.#asked.includes(node) && this.isAlive(node));
    this.#asked = [...this.#asked, ...nodes];
    this.#open += nodes.length;
    for (const node of nodes)
      this.#askers.ask(node, this.#question, this.#views, (answer) => this.#heard(node, answer));
  }

  #heard(node: string, answer: Answer | undefined): void {
    this.#open -= 1;
    if (answer?.type === 'refused' && answer.refusal.type === 'view') this.#satisfy(node, answer.refusal.views);
    else if (answer !== undefined) this.answers.set(node, answer);
    this.#check();
  }

  #satisfy(node: string, views: readonly (readonly string[])[]): void {
    for (const members of views) this.#add(viewOf(members));
    this.#strays.push(node);
    const tries = this.#strays.filter((stray) => stray === node).length;
    if (tries < MOST_TRIES) this.#asked = this.#asked.filter((asked) => asked !== node);
    this.#askAll();
  }

  #add(view: View): void {
    if (this.#duties.some((duty) => duty.view.id === view.id) || this.#duties.length >= MOST_VIEWS) return;
    this.#duties = [...this.#duties, { view, era: 'former' }];
    this.#place();
  }

  #place(): void {
    this.#views = this.#duties.map(({ view }) => view.id);
    this.#benches = this.#duties.map(({ view, era }) => ({ owners: ownersOf(this.#key, view), era }));
    const [first, second] = this.#benches;
    this.#owners = first && !second ? first.owners : [...new Set(this.#benches.flatMap(({ owners }) => owners))];
  }
}
