import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compile, compileText } from '../../src/expressions/compile.ts';
import { groupTest } from '../../src/expressions/group-test.ts';
import { corpusFolder, expressionsIn, textsIn } from '../support/corpus.ts';
import { functions } from '../support/expressions.ts';

describe.skipIf(!existsSync(corpusFolder))('the packs of the original', () => {
  test('have expressions that can be read, all but the one that is broken', async () => {
    const found = await expressionsIn(corpusFolder);
    const broken = found.filter(({ text }) => {
      try {
        compile(text, { functions });
        return false;
      } catch {
        return true;
      }
    });
    // One more stands in a comment.
    expect(found).toHaveLength(157);
    expect(broken.map(({ text }) => text)).toEqual(["'WARNING: OUTPUT"]);
  });

  test('call functions that exist, but for those of parts that are not built', async () => {
    const found = await expressionsIn(corpusFolder);
    const warned = found.flatMap(({ text }) =>
      text.startsWith("'WARNING: OUTPUT") ? [] : compile(text, { functions }).warnings,
    );
    expect([...new Set(warned.map(({ message }) => message))]).toEqual([]);
  });

  test('have group texts and group conditions that can be read', async () => {
    const texts = await textsIn(corpusFolder, (key) => key === 'add_groups');
    expect(texts).toHaveLength(24);
    for (const { text } of texts) expect(compileText(text, { functions }).warnings).toEqual([]);
    for (const { text } of await textsIn(corpusFolder, (key) => key === 'if_group'))
      expect(groupTest(text)).toBeTypeOf('function');
  });
});
