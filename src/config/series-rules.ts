import { messageOf, OpsbroError } from '../base/errors.ts';
import { AGGREGATION_METHODS, type AggregationMethod, type Archive } from '../model/series.ts';
import { parseRetentions } from './retentions.ts';

/** In which archives the series whose names fit a pattern are kept. */
export interface SchemaRule {
  /** A regular expression of RE2, found anywhere in the name. */
  readonly pattern: string;
  readonly archives: readonly Archive[];
}

/** How the coarse slots of the series whose names fit a pattern come from finer ones; what is left out is as usual. */
export interface AggregationRule {
  readonly pattern: string;
  readonly xFilesFactor?: number | undefined;
  readonly method?: AggregationMethod | undefined;
}

/** The rules of a file, and what was wrong in it; a section with an error is left out. */
export interface RuleFile<Rule> {
  readonly rules: readonly Rule[];
  /** `FILE: [SECTION]: what is wrong`. */
  readonly errors: readonly string[];
}

/** The longest pattern. */
export const MOST_PATTERN = 256;

type Section = ReadonlyMap<string, string>;

/** Reads carbon's `storage-schemas.conf`. */
export const readSchemaFile = (text: string, file: string): RuleFile<SchemaRule> =>
  readRules(text, file, (section) => ({
    pattern: patternOf(section),
    archives: parseRetentions(section.get('retentions') ?? ''),
  }));

/** Reads carbon's `storage-aggregation.conf`. */
export const readAggregationFile = (text: string, file: string): RuleFile<AggregationRule> =>
  readRules(text, file, (section) => ({
    pattern: patternOf(section),
    xFilesFactor: factorOf(section.get('xfilesfactor')),
    method: methodOf(section.get('aggregationmethod')),
  }));

function readRules<Rule>(text: string, file: string, ruleOf: (section: Section) => Rule): RuleFile<Rule> {
  const rules: Rule[] = [];
  const errors: string[] = [];
  for (const [name, section] of sectionsOf(text)) {
    try {
      rules.push(ruleOf(section));
    } catch (error) {
      errors.push(`${file}: [${name}]: ${messageOf(error)}`);
    }
  }
  return { rules, errors };
}

/** The sections of a file of `[name]` and `key = value` lines. */
function sectionsOf(text: string): ReadonlyMap<string, Section> {
  const sections = new Map<string, Map<string, string>>();
  let section: Map<string, string> | undefined;
  for (const line of text.split('\n').map((each) => each.trim())) {
    const [, name] = /^\[(.*)\]$/.exec(line) ?? [];
    if (name !== undefined) {
      section = new Map();
      sections.set(name, section);
    }
    const [, key = '', value = ''] = /^([^#;=[\s][^=]*?)\s*=\s*(.*)$/.exec(line) ?? [];
    if (key !== '') section?.set(key.toLowerCase(), value);
  }
  return sections;
}

function patternOf(section: Section): string {
  const pattern = section.get('pattern') ?? '';
  if (pattern === '') throw wrong('"pattern" is missing');
  if (pattern.length > MOST_PATTERN) throw wrong(`the pattern is longer than ${MOST_PATTERN} characters`);
  return pattern;
}

function factorOf(written: string | undefined): number | undefined {
  if (written === undefined) return undefined;
  const factor = Number(written);
  if (written !== '' && factor >= 0 && factor <= 1) return factor;
  throw wrong(`xFilesFactor "${written}" must be a number from 0 to 1`);
}

function methodOf(written: string | undefined): AggregationMethod | undefined {
  if (written === undefined) return undefined;
  const method = AGGREGATION_METHODS.find((known) => known === written);
  if (method) return method;
  throw wrong(`aggregationMethod "${written}" must be one of ${AGGREGATION_METHODS.join(', ')}`);
}

const wrong = (text: string): OpsbroError => new OpsbroError('invalid_config', text);
