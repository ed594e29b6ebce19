import { newScope, parseTemplate } from './engine.ts';
import { escapedHtml } from './filters.ts';
import { BoundedInterpreter } from './interpreter.ts';

/** A template and what is filled in. */
export interface RenderItem {
  /** Without includes and raw parts. */
  readonly source: string;
  readonly raws: Readonly<Record<string, string>>;
  /** Texts, numbers, truths, lists and maps. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** By variable: what its methods without arguments answer. */
  readonly methods: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** `html`: every text that is filled in stands for itself in HTML. */
  readonly form: 'text' | 'html';
  /** Bytes the text may have. */
  readonly longest: number;
  /** Parts of the program that may be worked out, again and again in loops; a million when left out. */
  readonly mostSteps?: number;
}

export interface Rendered {
  readonly text: string;
  /** Names that were printed and have no value. */
  readonly unknown: readonly string[];
}

/** Fills in a template. Never reaches anything but the variables. Throws what is wrong with the template. */
export default function render({ source, raws, variables, methods, form, longest, mostSteps }: RenderItem): Rendered {
  const program = parseTemplate(source);
  const scope = newScope();
  const given = form === 'html' ? escapedIn({ variables, methods }) : { variables, methods };
  for (const [name, value] of Object.entries({ ...PRESETS, ...withMethods(given), ...raws })) scope.set(name, value);
  const interpreter = new BoundedInterpreter(scope, program, mostSteps);
  const text = String(interpreter.run(program).value);
  const size = Buffer.byteLength(text);
  if (size > longest) throw new Error(`the text has ${size} bytes, which are more than ${longest}`);
  return { text, unknown: [...interpreter.unknown] };
}

const PRESETS = { true: true, false: false, none: null, True: true, False: false, None: null, range };

const LONGEST_RANGE = 100_000;

function range(first: number, end?: number, step = 1): number[] {
  const [from, to] = end === undefined ? [0, first] : [first, end];
  const count = Math.max(0, Math.ceil((to - from) / step));
  if (!(count <= LONGEST_RANGE)) throw new Error(`range: more than ${LONGEST_RANGE} numbers`);
  return Array.from({ length: count }, (_, at) => from + at * step);
}

type Given = Pick<RenderItem, 'variables' | 'methods'>;

function withMethods({ variables, methods }: Given): Record<string, unknown> {
  const all = { ...variables };
  for (const [name, answers] of Object.entries(methods)) {
    const callable = Object.entries(answers).map(([method, answer]) => [method, () => answer]);
    all[name] = { ...asMap(all[name]), ...Object.fromEntries(callable) };
  }
  return all;
}

const asMap = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {});

const escapedIn = (given: Given): Given => escapedValue(given) as Given;

function escapedValue(value: unknown): unknown {
  if (typeof value === 'string') return escapedHtml(value);
  if (Array.isArray(value)) return value.map(escapedValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, escapedValue(each)]));
}
