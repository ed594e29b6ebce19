import { parseArgs } from 'node:util';
import type { z } from 'zod';
import type { Printing } from './lines.ts';
import type { MetricDoc } from './metric.ts';

/** What the command line needs to know of a probe beside its options. */
export interface ProbeTraits {
  /** The options that are given without their names, in order. A `?` stands behind those that may be left out. */
  readonly positionals: readonly string[];
  /** Short forms by name. */
  readonly short?: Readonly<Record<string, string>>;
  /** The measurement in the line protocol, such as `maas_nova`. */
  readonly measurement: string;
  readonly metrics: readonly MetricDoc[];
  readonly downMetric?: string;
}

/** A probe as its command line sees it. */
interface Probe {
  readonly name: string;
  readonly description: string;
  readonly options: z.ZodType;
  readonly probe: ProbeTraits;
}

/** The forms in which a run may be printed. */
export const OUTPUTS = ['maas', 'json', 'influx', 'prometheus', 'nagios'] as const;

export type Output = (typeof OUTPUTS)[number];

/** What a command line of a probe says. */
export interface ProbeLine {
  readonly options: Readonly<Record<string, unknown>>;
  readonly printing: Printing;
  readonly output: Output;
  readonly limitMs: number;
  readonly influxIntegers: boolean;
  readonly isVerbose: boolean;
  readonly home: string | undefined;
}

/** A command line that cannot be understood. */
export class LineFault extends Error {
  override readonly name = 'LineFault';
}

type Kind = 'string' | 'boolean';

/** Options that every probe takes, with what the help says of them. */
const COMMON: readonly (readonly [name: string, kind: Kind, help: string])[] = [
  ['openrc', 'string', 'PATH  credentials; else /root/openrc-maas, /root/openrc, then the environment'],
  ['timeout', 'string', 'SECONDS  limit for the whole run (10)'],
  ['profile', 'string', 'NAME  seed: what such probes always printed; full: everything'],
  ['aliases', 'boolean', 'print metrics that have a second spelling in both'],
  ['output', 'string', `FORMAT  ${OUTPUTS.join(', ')}`],
  ['json', 'boolean', 'the same as --output json'],
  ['telegraf', 'boolean', 'the same as --output influx'],
  ['telegraf-output', 'boolean', 'the same as --output influx'],
  ['influx-integers', 'boolean', 'mark whole numbers as such with --output influx'],
  ['max-metrics', 'string', 'N  more metrics than this are an error; 0: any number'],
  ['response-time-type', 'string', 'TYPE  double or uint32'],
  ['interface', 'string', 'NAME  public, internal or admin'],
  ['region', 'string', 'NAME  region of the services'],
  ['insecure', 'boolean', 'believe whoever answers over TLS'],
  ['cacert', 'string', 'FILE  certificates of authorities'],
  ['no-token-cache', 'boolean', 'neither read nor write the file that keeps the token'],
  ['home', 'string', 'DIR  home of the agent, where that file is'],
  ['verbose', 'boolean', 'print every request on standard error'],
  ['help', 'boolean', 'show this'],
];

const SHORT_COMMON: ReadonlyMap<string, string> = new Map([
  ['verbose', 'v'],
  ['help', 'h'],
]);

const MOST_SECONDS = 3_600;

/** Reads the words behind the name of a probe; `help` when that is asked for. Throws a `LineFault`. */
export function readProbeLine(probe: Probe, words: readonly string[]): ProbeLine | 'help' {
  const { values, positionals } = parsed(probe, words);
  if (values.get('help') === true) return 'help';
  const options: Record<string, unknown> = {};
  for (const name of Object.keys(shapeOf(probe))) {
    const value = values.get(dashed(name));
    if (value !== undefined) options[name] = value;
  }
  placePositionals(probe, positionals, options);
  const checked = probe.options.safeParse(options);
  if (!checked.success) throw new LineFault(faultsIn(checked.error));
  return {
    options,
    printing: {
      profile: choiceOf(values, 'profile', ['seed', 'full']),
      aliases: values.get('aliases') === true ? 'printed' : 'left out',
      maxMetrics: numberOf(values, 'max-metrics', { preset: 0, most: 1_000_000 }),
      times: choiceOf(values, 'response-time-type', ['double', 'uint32']),
    },
    output: outputOf(values),
    limitMs: numberOf(values, 'timeout', { preset: 10, most: MOST_SECONDS }) * 1_000,
    influxIntegers: values.get('influx-integers') === true,
    isVerbose: values.get('verbose') === true,
    home: textOf(values, 'home'),
  };
}

/** What a probe is for and takes. */
export function probeHelp(probe: Probe): string {
  const { positionals } = probe.probe;
  const usage = positionals.map((name) => (name.endsWith('?') ? `[${name.slice(0, -1)}]` : `<${name}>`)).join(' ');
  const common = new Set(COMMON.map(([name]) => name));
  const own = Object.entries(shapeOf(probe)).filter(
    ([name]) => !common.has(dashed(name)) && !isPositional(probe, name),
  );
  const rows = [
    ...own.map(([name, schema]) => [dashed(name), meaningOf(schema)] as const),
    ...COMMON.map(([name, , help]) => [name, help] as const),
  ];
  const placed = positionals.map((name) => name.replace('?', ''));
  const about = placed.map((name) => `  ${name}  ${meaningOf(shapeOf(probe)[name])}`);
  return [
    `Usage: opsbro maas ${probe.name} ${usage} [--options]`.replace(/ {2,}/g, ' '),
    ...['', probe.description, ''],
    ...(about.length > 0 ? ['Arguments:', ...about, ''] : []),
    'Options:',
    ...rows.map(([name, help]) => `  ${`${shortOf(probe, name)}--${name}`.padEnd(COLUMN)} ${help}`),
    ...['', 'Metrics:'],
    ...probe.probe.metrics.map(({ name, type, unit = '' }) => `  ${name} ${type} ${unit}`.trimEnd()),
    '',
  ].join('\n');
}

const COLUMN = 24;

const shapeOf = ({ options }: Probe): Readonly<Record<string, z.ZodType>> =>
  (options as z.ZodObject).shape as Record<string, z.ZodType>;

const meaningOf = (schema: z.ZodType | undefined): string => schema?.description ?? '';

const dashed = (name: string): string => name.replaceAll('_', '-');

const isPositional = ({ probe }: Probe, name: string): boolean =>
  probe.positionals.some((each) => each.replace('?', '') === name);

function shortOf({ probe }: Probe, name: string): string {
  const letter = SHORT_COMMON.get(name) ?? probe.short?.[name.replaceAll('-', '_')];
  return letter === undefined ? '' : `-${letter}, `;
}

type Values = ReadonlyMap<string, string | boolean>;

function parsed(
  probe: Probe,
  words: readonly string[],
): { readonly values: Values; readonly positionals: readonly string[] } {
  const kinds = new Map<string, Kind>(COMMON.map(([name, kind]) => [name, kind]));
  for (const [name, schema] of Object.entries(shapeOf(probe)))
    if (!kinds.has(dashed(name))) kinds.set(dashed(name), kindOf(schema));
  const options = Array.from(kinds, ([name, type]) => {
    const letter = shortOf(probe, name).slice(1, 2);
    return [name, { type, ...(letter !== '' && { short: letter }) }] as const;
  });
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      options: Object.fromEntries(options),
      allowPositionals: true,
      strict: true,
    });
    const given = Object.entries(values).filter(isSingle);
    return { values: new Map(given), positionals };
  } catch (error) {
    throw new LineFault(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

const isSingle = (entry: [string, unknown]): entry is [string, string | boolean] =>
  typeof entry[1] === 'string' || typeof entry[1] === 'boolean';

/** Only a switch takes `true` and no number. */
const kindOf = (schema: z.ZodType): Kind =>
  schema.safeParse(true).success && !schema.safeParse(5).success ? 'boolean' : 'string';

function placePositionals(probe: Probe, given: readonly string[], options: Record<string, unknown>): void {
  const { positionals } = probe.probe;
  for (const [at, written] of positionals.entries()) {
    const name = written.replace('?', '');
    const value = given[at];
    if (value !== undefined) options[name] = value;
    else if (!written.endsWith('?') && options[name] === undefined) throw new LineFault(`${name} is missing`);
  }
  const odd = given[positionals.length];
  if (odd !== undefined) throw new LineFault(`"${odd}" is one argument too many`);
}

const textOf = (values: Values, name: string): string | undefined => {
  const value = values.get(name);
  return typeof value === 'string' ? value : undefined;
};

function choiceOf<const Choice extends string>(
  values: Values,
  name: string,
  choices: readonly [Choice, ...Choice[]],
): Choice {
  const written = textOf(values, name) ?? choices[0];
  const found = choices.find((choice) => choice === written);
  if (found !== undefined) return found;
  throw new LineFault(`--${name}: "${written}" is not possible; write ${choices.join(', ')}`);
}

function outputOf(values: Values): Output {
  if (values.get('json') === true) return 'json';
  if (values.get('telegraf') === true || values.get('telegraf-output') === true) return 'influx';
  return choiceOf(values, 'output', OUTPUTS);
}

function numberOf(
  values: Values,
  name: string,
  { preset, most }: { readonly preset: number; readonly most: number },
): number {
  const written = textOf(values, name);
  if (written === undefined) return preset;
  const number = /^\d+(\.\d+)?s?$/.test(written) ? Number.parseFloat(written) : Number.NaN;
  if (number >= 0 && number <= most && (number > 0 || preset === 0)) return number;
  throw new LineFault(`--${name}: "${written}" is not possible; write a number up to ${most}`);
}

function faultsIn(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => `--${path.map((each) => dashed(String(each))).join('.')}: ${message}`)
    .join('; ');
}
