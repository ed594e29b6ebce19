import type { z } from 'zod';
import type { Problem, Yaml } from '../../model/pack.ts';
import type { Path } from '../yaml-place.ts';

/** The fields of one object by their present names. */
export type Fields = ReadonlyMap<string, Yaml>;

/** Something to say about a part of an object. */
export interface Remark {
  readonly level: Problem['level'];
  /** The place below the object. */
  readonly at: Path;
  readonly message: string;
  /** What was probably meant. */
  readonly suggestion?: string | undefined;
}

/** One type of object that people write: its fields, and what the fields alone do not say. */
export interface ObjectKind {
  readonly schema: z.ZodObject;
  /** Names of the early days, and what they are called now. */
  readonly oldNames?: ReadonlyMap<string, string>;
  /** The expressions in it, each with its place below the object. */
  expressions?(fields: Fields): Iterable<readonly [Path, Yaml]>;
  /** What is wrong with fields that are right each for itself. */
  judge?(fields: Fields): Iterable<Remark>;
}
