import { describe, expect, test } from 'vitest';
import { UnderWay } from '../../src/base/under-way.ts';

describe('things under way', () => {
  test('are taken once, by their numbers, in any order', () => {
    const underWay = new UnderWay<{ name: number }>();
    const numbers = Array.from({ length: 1_000 }, (_, name) => underWay.add({ name }));
    expect(new Set(numbers).size).toBe(1_000);
    expect(underWay.size).toBe(1_000);
    expect(new Map(underWay.entries())).toEqual(new Map(numbers.map((number, name) => [number, { name }])));
    for (const [name, number] of [...numbers.entries()].reverse()) {
      expect(underWay.take(number)).toEqual({ name });
      expect(underWay.take(number)).toBeUndefined();
    }
    expect(underWay.size).toBe(0);
  });

  test('keep their numbers, however many come and go beside them', () => {
    const underWay = new UnderWay<{ name: string }>();
    const slow = underWay.add({ name: 'slow' });
    for (let each = 0; each < 1_000; each += 1) expect(underWay.take(underWay.add({ name: 'quick' }))).toBeDefined();
    const many = Array.from({ length: 100 }, () => underWay.add({ name: 'later' }));
    expect(many).not.toContain(slow);
    expect(underWay.take(slow)).toEqual({ name: 'slow' });
    expect(underWay.size).toBe(100);
  });

  test('have numbers that rise, and none that is unknown is taken', () => {
    const underWay = new UnderWay<object>();
    expect(underWay.last).toBe(0);
    const first = underWay.add({});
    const second = underWay.add({});
    expect([first, second, underWay.last]).toEqual([1, 2, 2]);
    for (const unknown of [0, 3, first + 16, -1, 0.5, Number.NaN, 2 ** 32 + 1]) {
      expect(underWay.take(unknown)).toBeUndefined();
    }
    expect(underWay.size).toBe(2);
  });
});
