/** The four levels, each overriding the ones before it. */
export const LEVELS = ['core', 'global', 'zone', 'local'] as const;
export type Level = (typeof LEVELS)[number];

/** What a pack may be about; the first one that a pack names gives it its colour. */
export const TOPICS: readonly string[] = [
  'service discovery',
  'automatic detection',
  'monitoring',
  'metrology',
  'configuration automation',
  'system compliance',
  'generic',
];

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
  /** What is wrong and what would be right, in one clause. */
  readonly message: string;
  /** What was probably meant. */
  readonly suggestion?: string | undefined;
  /** Name of the pack it is in; left out for the configuration of the agent. */
  readonly pack?: string | null | undefined;
}

/** A problem as it is in the agent, or as programs are told of it, who know its key as a path. */
type Told = Omit<Problem, 'key' | 'pack'> & ({ readonly key: string } | { readonly path: string });

/** `FILE:LINE:COL: KEY: what is wrong; did you mean "X"?`, for where its level is said before it. */
export const problemLine = (problem: Told): string => `${placeText(problem)}: ${clauseOf(problem)}`;

/** `FILE:LINE:COL: LEVEL: KEY: what is wrong; did you mean "X"?`, which editors know how to read. */
export const problemText = (problem: Told): string => `${placeText(problem)}: ${problem.level}: ${clauseOf(problem)}`;

const placeText = ({ file, line, column }: Told): string => (line === 0 ? file : [file, line, column].join(':'));

/** The key, what is wrong with it, and what was probably meant. */
export function clauseOf({ message, suggestion, ...rest }: Told): string {
  const key = 'path' in rest ? rest.path : rest.key;
  const hint = suggestion === undefined ? '' : `; did you mean "${suggestion}"?`;
  return (key === '' ? message : `${key}: ${message}`) + hint;
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
  /** It came with the program; left out for every other. */
  readonly isShipped?: boolean;
}

/** The types of objects, in the order in which they are shown. */
export const OBJECT_TYPES = [
  'detector',
  'check',
  'service',
  'zone_service',
  'handler',
  'generator',
  'compliance',
  'dashboard',
  'collector',
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
