import { stringify } from 'yaml';
import type { z } from 'zod';
import { AgentConfig } from '../../src/config/agent-schema.ts';
import { environmentName } from '../../src/config/environment.ts';
import { docOf, fieldsOf, valuesOf } from '../../src/config/schema-walk.ts';
import { code, type GeneratedFile, page, table } from './page.ts';

interface Key {
  readonly path: readonly string[];
  readonly expected: string;
  readonly preset: string;
  readonly description: string;
  readonly environment: string;
}

/** The reference of agent.yml and the sample file, both from the schema. */
export async function configurationFiles(): Promise<readonly GeneratedFile[]> {
  return [
    { path: 'docs/reference/configuration.md', content: reference() },
    { path: 'etc/agent.yml', content: sample() },
  ];
}

function reference(): string {
  const keys = [...keysOf(AgentConfig, [])];
  const rows = keys.map(({ path, expected, preset, description, environment }) => [
    code(path.join('.')),
    expected,
    code(preset),
    environment === '' ? '' : code(environment),
    description,
  ]);
  const intro =
    'The keys of `agent.yml` and of every other YAML file below the configuration directory. Keys may be written with `-` or `_`. ' +
    'Of one key the command line counts before the environment, that before the files, later files before earlier ones, and all before ' +
    'the default; lists in the environment are separated by commas, and `groups` and `seeds` of several files add up. A key that is not ' +
    'listed here is a free variable, unless it looks like a slip of the pen. A duration is written `500ms`, `10s`, `5m`, `2h`, `1d` or ' +
    '`1m30s`, a bare number means seconds; a size is written `100`, `64k`, `10MB` or `1GiB`. Without any file, `groups` is ' +
    '`[kv, dns-listener]`.';
  return page('Configuration', intro, [table(['key', 'written as', 'default', 'environment', 'meaning'], rows)]);
}

function* keysOf(schema: z.core.$ZodType, path: readonly string[], where: 'known' | 'free' = 'known'): Generator<Key> {
  for (const [name, field] of Object.entries(fieldsOf(schema) ?? {})) {
    const here = [...path, name];
    const values = valuesOf(field);
    if (fieldsOf(field)) yield* keysOf(field, here, where);
    else if (values && fieldsOf(values)) yield* keysOf(values, [...here, 'NAME'], 'free');
    else {
      const { expected, description, default: preset } = docOf(field);
      const environment = where === 'free' || values ? '' : environmentName(here);
      yield { path: here, expected, description, environment, preset: preset === undefined ? '' : oneLine(preset) };
    }
  }
}

const SAMPLE_HEAD = `# The sample configuration of an opsbro agent. Every key is named here with its default; a line that begins with "#" and a key
# is not in effect. The same list with more words: docs/reference/configuration.md. After a change: opsbro agent reload.
`;

/** What the sample sets, beside naming every key with its default. */
const SAMPLE = new Map<string, unknown>([['groups', ['kv', 'dns-listener']]]);

function sample(): string {
  const parts = Object.entries(AgentConfig.shape).map(([name, field]) => samplePart(name, field));
  return `${SAMPLE_HEAD}\n${parts.join('\n')}`;
}

function samplePart(name: string, field: z.core.$ZodType): string {
  const inner = fieldsOf(field);
  if (!inner) return sampleLine(name, field, '');
  const lines = Object.entries(inner).map(([key, part]) => sampleLine(key, part, '#   '));
  return `#${name}:\n${lines.join('')}`;
}

function sampleLine(name: string, field: z.core.$ZodType, indent: string): string {
  const { description, default: preset, expected } = docOf(field);
  const set = indent === '' ? SAMPLE.get(name) : undefined;
  const hint = preset === undefined ? ` (${expected})` : '';
  const value = set ?? preset;
  const written = value === undefined ? '' : ` ${oneLine(value)}`;
  const mark = set !== undefined || indent !== '' ? '' : '#';
  return indent === ''
    ? `# ${description}${hint}\n${mark}${name}:${written}\n`
    : `${indent}# ${description}${hint}\n${indent}${name}:${written}\n`;
}

function oneLine(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0 }).trim();
}
