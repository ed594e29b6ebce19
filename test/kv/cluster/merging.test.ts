import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stampAt } from '../../../src/kv/hlc.ts';
import type { KvRecord } from '../../../src/kv/record.ts';
import { forgetting, type Held, type Merged, type Moment, merging } from '../../../src/kv/rules.ts';
import { compareVersions, nodeTag, versionText } from '../../../src/kv/version.ts';
import { IDS } from './nodes.ts';

const NOW = 1_700_000_000_000;
const GRACE = 72 * 3_600_000;
const MOMENT: Moment = { now: NOW, graceMs: GRACE, version: () => ({ stamp: 0n, tag: nodeTag('x') }) };

const records = fc
  .record({
    at: fc.integer({ min: NOW - 20, max: NOW }),
    node: fc.constantFrom(...IDS),
    kind: fc.constantFrom('value' as const, 'tombstone' as const),
  })
  .map(({ at, node, kind }): KvRecord => {
    const version = { stamp: stampAt(at), tag: nodeTag(node) };
    // Whoever writes gives a version to one record only.
    return {
      version,
      created: version.stamp,
      expires: 0,
      kind: at % 2 === 0 ? kind : 'value',
      value: Buffer.from(`${at}${node}`),
    };
  });

function merged(sequence: readonly KvRecord[], from?: KvRecord): { readonly held: Held; readonly answer: Merged } {
  let held: Held = from;
  let answer: Merged = 'applied';
  for (const record of sequence) {
    const decision = merging('k', record)(held, MOMENT);
    answer = decision.answer;
    if (decision.next !== undefined) held = decision.next ?? undefined;
  }
  return { held, answer };
}

const versionOf = (held: Held) => (held === undefined || held === 'damaged' ? '' : versionText(held.version));

describe('merging', () => {
  test('ends with the newest record, in any order and however often they come', () => {
    const property = fc.property(
      fc.array(records, { minLength: 1, maxLength: 8 }),
      fc.infiniteStream(fc.nat()),
      (sent, picks) => {
        const newest = sent
          .map(({ version }) => versionText(version))
          .sort()
          .at(-1);
        const again = [...sent, ...[...picks.take(12)].map((pick) => sent[pick % sent.length] ?? sent[0])].flatMap(
          (each) => each ?? [],
        );
        expect(versionOf(merged(sent).held)).toBe(newest);
        expect(versionOf(merged(again.toReversed()).held)).toBe(newest);
      },
    );
    fc.assert(property, { numRuns: 10_000 });
  });

  test('versions compare as their texts do', () => {
    fc.assert(
      fc.property(records, records, ({ version: one }, { version: other }) => {
        const byText = versionText(one) < versionText(other) ? -1 : Number(versionText(one) > versionText(other));
        expect(Math.sign(compareVersions(one, other))).toBe(byText);
      }),
    );
  });

  test('says what it keeps when that is newer', () => {
    const [older, newer] = [record(NOW - 5), record(NOW)];
    expect(merged([older], newer)).toEqual({ held: newer, answer: { superseded: newer.version } });
    expect(merged([newer], newer).answer).toBe('applied');
  });

  test('replaces bytes that are no record any more', () => {
    expect(merging('k', record(NOW))('damaged', MOMENT)).toMatchObject({ next: record(NOW), answer: 'applied' });
  });

  test('does not take up again what was deleted so long ago that it is forgotten, but drops what it deletes', () => {
    const buried = record(NOW - GRACE, 'tombstone');
    expect(merging('k', buried)(undefined, MOMENT).next).toBeUndefined();
    expect(merging('k', buried)(record(NOW - GRACE - 1), MOMENT).next).toBeNull();
  });
});

describe('forgetting', () => {
  test('drops that version only', () => {
    const [older, newer] = [record(NOW - 5), record(NOW)];
    expect(forgetting('k', older.version)(older, MOMENT).next).toBeNull();
    expect(forgetting('k', older.version)(newer, MOMENT).next).toBeUndefined();
    expect(forgetting('k', older.version)(undefined, MOMENT).next).toBeUndefined();
  });
});

function record(at: number, kind: KvRecord['kind'] = 'value'): KvRecord {
  const stamp = stampAt(at);
  return { version: { stamp, tag: nodeTag('node-a') }, created: stamp, expires: 0, kind, value: new Uint8Array() };
}
