import type { Annotation, Annotations } from '../model/annotation.ts';
import type { FoundPath } from '../model/series.ts';
import type { SeriesSource } from '../render/source.ts';

/** Whose series are meant: those of all nodes of the zone, of this node, or of the node of that name. */
export type SeriesScope =
  | { readonly kind: 'zone' }
  | { readonly kind: 'own' }
  | { readonly kind: 'node'; readonly name: string };

/** Series of one or several nodes, as one request sees them. */
export interface SeriesView extends SeriesSource {
  /** As of a `SeriesReader`. */
  find(pattern: string): Promise<readonly FoundPath[]>;
  names(): Promise<readonly string[]>;
  tagged(expressions: readonly string[]): Promise<readonly string[]>;
  tagValues(tag?: string): Promise<ReadonlyMap<string, ReadonlyMap<string, number>>>;
  /** Drops the series of these names with all their points; resolves to how many there were on all nodes. */
  remove(names: readonly string[]): Promise<number>;
  /** Nodes that have not answered so far, by name. */
  readonly missing: ReadonlySet<string>;
}

/** Series and annotations, as the API sees them. */
export interface RenderPart {
  /** Throws `not_found` for a node that is not there. */
  view(scope: SeriesScope): SeriesView;
  readonly annotations: Pick<Annotations, 'add'> & { get(id: number): Promise<Annotation | undefined> };
  /** Epoch milliseconds. */
  wall(): number;
  /** From 0 up to 1. */
  random(): number;
}
