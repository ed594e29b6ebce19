import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { compile, compileText } from '../../src/expressions/compile.ts';
import { groupTest } from '../../src/expressions/group-test.ts';
import { functions } from '../support/expressions.ts';

/** Packs as users of the original have them on disk; they are not part of this repository. */
const { OPSBRO_SHARED } = process.env;
const corpus = join(OPSBRO_SHARED ?? new URL('../../../shared', import.meta.url).pathname, 'corpus/opsbro-packs');

const EXPRESSION_KEYS = new Set([
  'apply_if',
  'verify_if',
  'generate_if',
  'if',
  'value',
  'critical_if',
  'warning_if',
  'ok_output',
  'critical_output',
  'warning_output',
]);

interface Found {
  readonly file: string;
  readonly text: string;
}

function collect(tree: unknown, key: string, take: (key: string, text: string) => void): void {
  if (typeof tree === 'string') take(key, tree);
  if (Array.isArray(tree)) for (const each of tree) collect(each, key, take);
  else if (tree !== null && typeof tree === 'object') {
    for (const [name, each] of Object.entries(tree)) collect(each, key === 'variables' ? key : name, take);
  }
}

async function textsOf(isWanted: (key: string) => boolean): Promise<Found[]> {
  const found: Found[] = [];
  const files = (await readdir(corpus, { recursive: true })).filter((file) => file.endsWith('.yml'));
  for (const file of files.filter((each) => !each.includes('/parameters/')).sort()) {
    collect(
      parse(await readFile(join(corpus, file), 'utf8'), { uniqueKeys: false, logLevel: 'silent' }),
      '',
      (key, text) => {
        if (isWanted(key) && text !== '') found.push({ file, text });
      },
    );
  }
  return found;
}

describe.skipIf(!existsSync(corpus))('the packs of the original', () => {
  test('have expressions that can be read, all but the one that is broken', async () => {
    const found = await textsOf((key) => key === 'variables' || EXPRESSION_KEYS.has(key));
    const broken = found.filter(({ text }) => {
      try {
        compile(text, { functions });
        return false;
      } catch {
        return true;
      }
    });
    expect(found.length).toBeGreaterThan(140);
    expect(broken.map(({ text }) => text)).toEqual(["'WARNING: OUTPUT"]);
  });

  test('call functions that exist, but for those of parts that are not built', async () => {
    const found = await textsOf((key) => key === 'variables' || EXPRESSION_KEYS.has(key));
    const warned = found.flatMap(({ text }) =>
      text.startsWith("'WARNING: OUTPUT") ? [] : compile(text, { functions }).warnings,
    );
    expect([...new Set(warned.map(({ message }) => message))]).toEqual([]);
  });

  test('have group texts and group conditions that can be read', async () => {
    const texts = await textsOf((key) => key === 'add_groups');
    expect(texts).toHaveLength(24);
    for (const { text } of texts) expect(compileText(text, { functions }).warnings).toEqual([]);
    for (const { text } of await textsOf((key) => key === 'if_group')) expect(groupTest(text)).toBeTypeOf('function');
  });
});
