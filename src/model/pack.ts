/** The four levels, each overriding the ones before it. */
export const LEVELS = ['core', 'global', 'zone', 'local'] as const;
export type Level = (typeof LEVELS)[number];

/** Something wrong in what people wrote, with the place. */
export interface Problem {
  /** A notice tells of something that is left out on purpose. */
  readonly level: 'error' | 'warning' | 'notice';
  readonly file: string;
  /** From 1; 0 when the file as a whole is meant. */
  readonly line: number;
  readonly column: number;
  /** The key it is about, with dots; empty for none. */
  readonly key: string;
  /** What is wrong, what would be right and, if something is close, `did you mean "X"?`. */
  readonly message: string;
}

/** `FILE:LINE:COL: KEY: what is wrong`, the one form in which problems are shown; without a place when there is none in a file. */
export function problemLine({ file, line, column, key, message }: Problem): string {
  const place = line === 0 ? file : [file, line, column].join(':');
  return place + (key === '' ? `: ${message}` : `: ${key}: ${message}`);
}

/** A value as it stands in YAML. Maps of free keys are plain objects without a prototype. */
export type Yaml = string | number | boolean | null | readonly Yaml[] | { readonly [key: string]: Yaml };
export type YamlMap = { readonly [key: string]: Yaml };

/** A parameter of a pack: what it is and who says so. */
export interface PackParameter {
  /** Its name; within maps the names from the top down, with dots. */
  readonly key: string;
  /** As it is written, so that a secret from elsewhere shows only where it stands; `undefined` when nothing is. */
  readonly value: Yaml | undefined;
  /** What counts when nothing is set above the pack. */
  readonly defaultValue: Yaml | undefined;
  readonly isValid: boolean;
  /** `FILE:LINE`, or `default`. */
  readonly source: string;
  /** Such as int, string, list. */
  readonly type: string;
  readonly description: string;
}

/** A bundle of configuration under one name. */
export interface Pack {
  readonly name: string;
  readonly level: Level;
  readonly directory: string;
  readonly version: string;
  readonly description: string;
  readonly keywords: readonly string[];
  readonly topics: readonly string[];
  /** What it says it holds: pack, module, cli. */
  readonly types: readonly string[];
  readonly author: string;
  readonly license: string;
  readonly homepage: string;
  /** Parameters in effect: the pack's own and what was set above it. */
  readonly parameters: YamlMap;
  /** The same one by one, with those that nobody has set. */
  readonly settings: readonly PackParameter[];
  /** The level whose pack of the same name is used instead; `null` when this one is in use. */
  readonly overloadedBy: Level | null;
  readonly problems: readonly Problem[];
}

/** The types of objects, in the order in which they are shown. */
export const OBJECT_TYPES = [
  'detector',
  'check',
  'service',
  'handler',
  'generator',
  'compliance',
  'dashboard',
  'tutorial',
] as const;
export type PackObjectType = (typeof OBJECT_TYPES)[number];

/** An object of a pack: what was written, where, and under which id it is known on every node. */
export interface PackObject {
  readonly type: PackObjectType;
  /** `<pack>/<path below the type's folder without ending>`. */
  readonly id: string;
  readonly packName: string;
  readonly packLevel: Level;
  readonly file: string;
  readonly line: number;
  /** The fields as written; durations are still text, expressions still unparsed. */
  readonly definition: YamlMap;
}

/** All packs of this node and the objects of those in use. */
export interface PackSet {
  readonly packs: readonly Pack[];
  readonly objects: readonly PackObject[];
  readonly problems: readonly Problem[];
}
