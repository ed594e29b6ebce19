import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { AgentConfig } from '../../src/config/agent-schema.ts';
import { docOf, fieldsOf } from '../../src/config/schema-walk.ts';
import { Settlement } from '../../src/config/settle.ts';
import { parseYaml } from '../../src/config/yaml.ts';
import { isMapping } from '../../src/config/yaml-value.ts';

const sample = await readFile(new URL('../../etc/agent.yml', import.meta.url), 'utf8');

function settle(text: string) {
  const { documents, problems } = parseYaml(text, 'agent.yml');
  const settlement = new Settlement(AgentConfig, []);
  for (const { value, placeOf } of documents) {
    if (isMapping(value)) settlement.take(value, { name: 'agent.yml', placeOf }, 'unite');
  }
  return { settlement, problems: [...problems, ...settlement.problems] };
}

test('the sample sets the groups, and nothing else', () => {
  const { settlement, problems } = settle(sample);
  expect(problems).toEqual([]);
  expect(settlement.settings).toEqual({ groups: ['kv', 'dns-listener'] });
});

test('with every line in effect, the sample sets every key to its default', () => {
  const { settlement, problems } = settle(sample.replaceAll(/^#(?! )/gm, '').replaceAll(/^# {3}/gm, '   '));
  expect(problems).toEqual([]);
  const { groups, ...settings } = AgentConfig.parse(settlement.settings);
  const { groups: none, ...defaults } = AgentConfig.parse({});
  expect([groups, none]).toEqual([['kv', 'dns-listener'], []]);
  expect(settings).toEqual(defaults);
});

test('every key says what it means and what may be written', () => {
  const speechless: string[] = [];
  const visit = (schema: Parameters<typeof fieldsOf>[0], path: string) => {
    for (const [name, field] of Object.entries(fieldsOf(schema) ?? {})) {
      if (fieldsOf(field)) visit(field, `${path}${name}.`);
      else if (!docOf(field).description.endsWith('.') || docOf(field).expected === '') speechless.push(path + name);
    }
  };
  visit(AgentConfig, '');
  expect(speechless).toEqual([]);
});
