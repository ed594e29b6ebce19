import { expect, test } from 'vitest';
import { Recent } from '../../src/base/recent.ts';

const named = (name: string) => ({ name });

test('half of the bound is kept for sure, and never more than the bound', () => {
  const recent = new Recent<number, object>({ entries: 100 });
  for (let key = 0; key < 1_000; key += 1) {
    recent.set(key, { key });
    const known = Array.from({ length: 50 }, (_, ago) => recent.get(key - ago)).filter(Boolean);
    expect(known).toHaveLength(Math.min(50, key + 1));
  }
  const known = Array.from({ length: 1_000 }, (_, key) => recent.get(key)).filter(Boolean);
  expect(known.length).toBeLessThanOrEqual(100);
});

test('what is asked for stays', () => {
  const recent = new Recent<number, object>({ entries: 10 });
  recent.set(-1, named('wanted'));
  for (let key = 0; key < 1_000; key += 1) {
    recent.set(key, { key });
    expect(recent.get(-1)).toEqual(named('wanted'));
  }
});

test('weights bound it as well, of what is there', () => {
  const weigh = (key: string, { name }: { name: string }) => key.length + name.length;
  const recent = new Recent<string, { name: string }>({ entries: 100, weight: 60, weigh });
  recent.set('a', named('123'));
  for (let each = 0; each < 100; each += 1) recent.set('b', named('123456789'));
  expect(recent.get('a')).toEqual(named('123'));
  recent.delete('b');
  recent.set('c', named('x'.repeat(24)));
  expect(recent.get('a'), 'what was deleted weighs nothing').toBeDefined();
  for (const key of ['d', 'e', 'f']) recent.set(key, named('x'.repeat(30)));
  expect(recent.get('a')).toBeUndefined();
  expect(recent.get('f')).toBeDefined();
});

test('deleted is what is in either half, and an old one never comes back', () => {
  const recent = new Recent<string, { name: string }>({ entries: 4 });
  recent.set('a', named('old'));
  recent.set('b', named('b'));
  recent.set('a', named('new'));
  recent.delete('a');
  expect(recent.get('a')).toBeUndefined();
  expect(recent.get('b')).toEqual(named('b'));
  recent.clear();
  expect(recent.get('b')).toBeUndefined();
});
