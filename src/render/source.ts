import type { Annotation, AnnotationQuery } from '../model/annotation.ts';
import type { SeriesValues } from '../model/series.ts';
import type { RenderRange } from './function.ts';

/** What a target wants of the stored series: those whose names fit a pattern, or whose tags fit all expressions. */
export type Selection =
  | { readonly kind: 'path'; readonly pattern: string }
  | { readonly kind: 'tags'; readonly expressions: readonly string[] };

/** Where series come from. */
export interface SeriesSource {
  /** The series of each selection, sorted by name. Throws `bad_request` for a selection that is none, `too_large` for too much. */
  fetch(selections: readonly Selection[], range: RenderRange): Promise<readonly (readonly SeriesValues[])[]>;
  annotations(query: AnnotationQuery): Promise<readonly Annotation[]>;
}
