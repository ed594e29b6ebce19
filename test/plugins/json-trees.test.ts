import { expect, test } from 'vitest';
import { treeOfJson } from '../../src/plugins/json-trees.ts';

test('a document stays as it is', () => {
  const document = { a: 1, b: { 'c.d': [{ e: null }, 'text', true] }, list: [] };
  expect(treeOfJson(document)).toEqual(document);
});

test.each([[[]], ['text'], [1], [null], [undefined]])('%j is no tree', (document) => {
  expect(treeOfJson(document)).toBeUndefined();
});

test('keys with control characters and numbers that are too large are left out', () => {
  expect(treeOfJson(JSON.parse('{"a\\nb": 1, "large": 1e999, "list": [1e999, 2], "ok": 1}'))).toEqual({
    list: [2],
    ok: 1,
  });
});

test('keys that are traps are keys like others', () => {
  const tree = treeOfJson(JSON.parse('{"__proto__": {"polluted": 1}}'));
  expect(JSON.stringify(tree)).toBe('{"__proto__":{"polluted":1}}');
  expect(Object.getPrototypeOf(tree)).toBe(Object.prototype);
});

test('long texts are cut', () => {
  expect(treeOfJson({ text: 'x'.repeat(10_000) })).toEqual({ text: 'x'.repeat(4_096) });
});

test('what is too deep is left out, and there is no depth that overflows', () => {
  const deep = (open: string, close: string) => JSON.parse(`{"a":${open.repeat(5_000)}1${close.repeat(5_000)}}`);
  const depthOf = (tree: unknown): number =>
    typeof tree === 'object' && tree !== null ? 1 + Math.max(0, ...Object.values(tree).map(depthOf)) : 0;
  expect(depthOf(treeOfJson(deep('{"a":', '}')))).toBe(12);
  expect(depthOf(treeOfJson(deep('[', ']')))).toBe(12);
});

test('of too many values only the first are kept', () => {
  const tree = treeOfJson({ list: Array.from({ length: 100_000 }, (_, at) => at), more: 1 });
  expect(tree?.['list']).toHaveLength(19_999);
  expect(tree).not.toHaveProperty('more');
});
