/** Something that happened at one moment, to be shown as a mark on charts; Graphite calls it an event. */
export interface Annotation {
  /** Grows with each annotation of the node, also over restarts. */
  readonly id: number;
  readonly what: string;
  /** Epoch seconds. */
  readonly when: number;
  readonly tags: readonly string[];
  /** More text; may be empty. */
  readonly data: string;
}

/** Which annotations are wanted; `from` and `until` are epoch seconds, both included. */
export interface AnnotationQuery {
  readonly from?: number;
  readonly until?: number;
  /** Any annotation when left out or empty. */
  readonly tags?: readonly string[];
  /** Whether one of the tags is enough, as it is when left out, or all of them must be there. */
  readonly set?: 'union' | 'intersection';
}

/** The annotations of this node. */
export interface Annotations {
  /** Takes one in and answers its id. `when` is now when left out; texts that are too long are cut. */
  add(annotation: Pick<Annotation, 'what'> & Partial<Omit<Annotation, 'id'>>): number;
  /** Those that are wanted, oldest first. */
  list(query?: AnnotationQuery): Promise<readonly Annotation[]>;
  get(id: number): Promise<Annotation | undefined>;
}

/** Whether an annotation is among those that are wanted. */
export function isWanted({ when, tags }: Annotation, query: AnnotationQuery): boolean {
  if (when < (query.from ?? 0) || when > (query.until ?? Number.POSITIVE_INFINITY)) return false;
  const wanted = query.tags ?? [];
  if (wanted.length === 0) return true;
  const has = (tag: string) => tags.includes(tag);
  return query.set === 'intersection' ? wanted.every(has) : wanted.some(has);
}
