import type { Clock } from '../base/clock.ts';
import type { Shelf } from '../base/shelf.ts';
import { type Annotation, type AnnotationQuery, type Annotations, isWanted } from '../model/annotation.ts';

const KEEP_SECONDS = 365 * 86_400;
const MOST = 100_000;
const MOST_TEXT = { what: 512, data: 8_192, tag: 200 };
const MOST_TAGS = 50;

/** Keeps annotations for a year, the last 100,000 of them. They are on disk only, and read when somebody asks. */
export class AnnotationLog implements Annotations {
  readonly #shelf: Shelf;
  readonly #clock: Clock;
  #nextId: number;

  private constructor(shelf: Shelf, clock: Clock, nextId: number) {
    this.#shelf = shelf;
    this.#clock = clock;
    this.#nextId = nextId;
  }

  /** Goes on with what the shelf holds, which is for annotations alone; what is too old is dropped from it. */
  static async open(shelf: Shelf, clock: Clock): Promise<AnnotationLog> {
    const oldest = clock.wall() / 1_000 - KEEP_SECONDS;
    let last = 0;
    for (const [key, kept] of await shelf.load()) {
      if (!isAnnotation(kept) || kept.when < oldest) shelf.delete(key);
      if (isAnnotation(kept)) last = Math.max(last, kept.id);
    }
    return new AnnotationLog(shelf, clock, last + 1);
  }

  add({ what, when, tags = [], data = '' }: Parameters<Annotations['add']>[0]): number {
    const id = this.#nextId;
    this.#nextId += 1;
    const annotation: Annotation = {
      id,
      what: what.slice(0, MOST_TEXT.what),
      when: Math.floor(when ?? this.#clock.wall() / 1_000),
      tags: [...new Set(tags.map((tag) => tag.slice(0, MOST_TEXT.tag)))].slice(0, MOST_TAGS),
      data: data.slice(0, MOST_TEXT.data),
    };
    // A new one takes the place of the one that is too many.
    this.#shelf.put(String(id % MOST), annotation);
    return id;
  }

  async list(query: AnnotationQuery = {}): Promise<readonly Annotation[]> {
    const kept = [...(await this.#shelf.load()).values()];
    return kept
      .filter((each): each is Annotation => isAnnotation(each) && isWanted(each, query))
      .sort((a, b) => a.when - b.when || a.id - b.id);
  }

  async get(id: number): Promise<Annotation | undefined> {
    const found = (await this.#shelf.load()).get(String(id % MOST));
    return isAnnotation(found) && found.id === id ? found : undefined;
  }
}

/** What another version kept may be of another form. */
const isAnnotation = (kept: unknown): kept is Annotation =>
  typeof kept === 'object' &&
  kept !== null &&
  'id' in kept &&
  Number.isSafeInteger(kept.id) &&
  'when' in kept &&
  Number.isSafeInteger(kept.when) &&
  'what' in kept &&
  'data' in kept &&
  'tags' in kept &&
  Array.isArray(kept.tags);
