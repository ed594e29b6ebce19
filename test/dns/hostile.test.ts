import { describe, expect, test } from 'vitest';
import { seeded } from '../../src/base/random.ts';
import { mutated, randomBytes } from '../support/mutate.ts';
import { flagsOf, opt, packetOf, query, sectionsOf, TYPES, wireName } from './packets.ts';
import { outcomeOf, POOL, zoneOf } from './pool.ts';

const RUNS = 20_000;
const { OPSBRO_TEST_SEED = '20261121' } = process.env;
const seed = Number(OPSBRO_TEST_SEED);

const ZONE = zoneOf(POOL);
const NAME = 'redis.group.dc1.opsbro';
const QUESTION = [...wireName(NAME), 0, 1, 0, 1];

const tsig = [0, 0, 250, 0, 255, 0, 0, 0, 0, 0, 3, 1, 2, 3];
const pointed = [0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0];

describe('a packet that is no query', () => {
  test.each([
    ['nothing', Buffer.alloc(0), 'short'],
    ['11 bytes', Buffer.alloc(11), 'short'],
    ['a response', query({ name: NAME, flags: 0x8400 }), 'response'],
  ])('%s is dropped', (_, bytes, bad) => {
    expect(outcomeOf(bytes, ZONE)).toEqual({ kind: 'dropped', bad });
  });

  test.each<[string, Buffer, string]>([
    ['no question', packetOf(0, [0, 0, 0, 0]), 'question'],
    ['two questions', packetOf(0, [2, 0, 0, 0], QUESTION, QUESTION), 'question'],
    ['a question cut short', packetOf(0, [1, 0, 0, 0], QUESTION.slice(0, -1)), 'question'],
    ['a name cut short', packetOf(0, [1, 0, 0, 0], QUESTION.slice(0, 9)), 'question'],
    ['a label of a reserved kind', packetOf(0, [1, 0, 0, 0], [0x40, ...QUESTION]), 'question'],
    ['a name that points at itself', packetOf(0, [1, 0, 0, 0], [0xc0, 0x0c, 0, 1, 0, 1]), 'question'],
    ['a name of 256 bytes', query({ name: `${'a.'.repeat(124)}opsbro`, flags: 0 }), 'question'],
    ['an answer', packetOf(0, [1, 1, 0, 0], QUESTION, pointed), 'counts'],
    ['an authority', packetOf(0, [1, 0, 1, 0], QUESTION, pointed), 'counts'],
    ['an additional record that is not there', packetOf(0, [1, 0, 0, 1], QUESTION), 'additional'],
    ['data past the end', packetOf(0, [1, 0, 0, 1], QUESTION, [0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 9]), 'additional'],
    ['bytes left over', packetOf(0, [1, 0, 0, 0], QUESTION, [0]), 'additional'],
    ['two OPT records', packetOf(0, [1, 0, 0, 2], QUESTION, opt(1232), opt(1232)), 'opt'],
    ['an OPT record with an owner', packetOf(0, [1, 0, 0, 1], QUESTION, [1, 97, ...opt(1232)]), 'opt'],
    ['an option cut short', packetOf(0, [1, 0, 0, 1], QUESTION, opt(1232, 0, [0, 10, 0, 8, 1])), 'opt'],
    ['the question for OPT', query({ name: NAME, type: TYPES.OPT, flags: 0 }), 'opt'],
  ])('with %s is told so by a bare header', (_, bytes, bad) => {
    const outcome = outcomeOf(bytes, ZONE);
    expect(outcome).toMatchObject({ kind: 'answer', rcode: 'FORMERR', bad });
    expect(outcome.kind === 'answer' && outcome.bytes.toString('hex')).toBe('123480010000000000000000');
  });

  test.each([1, 2, 4, 5, 15])('with opcode %i is told so, with its question', (opcode) => {
    const bytes = query({ name: NAME, flags: opcode << 11 });
    const outcome = outcomeOf(bytes, ZONE);
    expect(outcome).toMatchObject({ rcode: 'NOTIMP', bad: 'opcode' });
    expect(outcome.kind === 'answer' && outcome.bytes.subarray(12)).toEqual(bytes.subarray(12));
  });
});

test.each<[string, Buffer]>([
  ['a signature', packetOf(0, [1, 0, 0, 1], QUESTION, tsig)],
  ['a signature beside EDNS', packetOf(0, [1, 0, 0, 2], QUESTION, opt(1232), tsig)],
  ['a record whose owner is a pointer', packetOf(0, [1, 0, 0, 1], QUESTION, pointed)],
  ['a client subnet shorter than one can be', packetOf(0, [1, 0, 0, 1], QUESTION, opt(1232, 0, [0, 8, 0, 1, 0]))],
  ['an option that nobody knows', packetOf(0, [1, 0, 0, 1], QUESTION, opt(1232, 0, [0xfd, 0xe9, 0, 1, 0]))],
])('%s does not matter', (_, bytes) => {
  const outcome = outcomeOf(bytes, ZONE);
  expect(outcome).toMatchObject({ kind: 'answer', rcode: 'NOERROR' });
  expect(outcome.kind === 'answer' && sectionsOf(outcome.bytes).answers).toHaveLength(2);
});

test.each([
  ['control bytes', [3, 0, 10, 13]],
  ['bytes above 127', [2, 0xff, 0xfe]],
  ['a label of dots', [3, 46, 46, 46]],
])('a name with %s is a name like any other that nobody has', (_, label) => {
  const bytes = packetOf(0, [1, 0, 0, 0], [...label, ...wireName('group.opsbro'), 0, 1, 0, 1]);
  const outcome = outcomeOf(bytes, ZONE);
  expect(outcome).toMatchObject({ rcode: 'NXDOMAIN' });
  expect(outcome.kind === 'answer' && outcome.bytes.subarray(12, bytes.length)).toEqual(bytes.subarray(12));
});

const originals = [
  query({ name: NAME }),
  query({ name: NAME, edns: 1232 }),
  query({ name: 'n1.name.dc1.opsbro', type: TYPES.ANY, edns: 4096, ednsTtl: 0x8000 }),
  query({ name: 'opsbro', type: TYPES.SOA }),
  packetOf(0x0100, [1, 0, 0, 2], QUESTION, opt(1232, 0, [0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8]), tsig),
];

test(`${RUNS} random and mutated packets (seed ${seed}) are answered within bounds, and none throws`, () => {
  const random = seeded(seed);
  const kinds = new Map<string, number>();
  for (let run = 0; run < RUNS; run++) {
    const bytes = Buffer.from(random() < 0.3 ? randomBytes(random, 120) : mutated(random, originals));
    const fault = faultOf(bytes, kinds);
    if (fault) expect.fail(`seed ${seed} run ${run}: ${fault}: ${bytes.toString('hex')}`);
  }
  for (const kind of ['NOERROR', 'NXDOMAIN', 'REFUSED', 'FORMERR', 'NOTIMP', 'dropped'])
    expect(kinds.get(kind)).toBeGreaterThan(20);
});

/** What is wrong with how one packet was treated. */
function faultOf(bytes: Buffer, kinds: Map<string, number>): string | undefined {
  try {
    const outcome = outcomeOf(bytes, ZONE);
    const kind = outcome.kind === 'answer' ? outcome.rcode : 'dropped';
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    if (outcome.kind === 'dropped') return bytes.length >= 12 && !flagsOf(bytes).qr ? 'a query was dropped' : undefined;
    if (flagsOf(bytes).qr) return 'a response was answered';
    if (outcome.bytes.length > 1232) return 'the answer is too large';
    return outcome.bytes.readUInt16BE(0) === bytes.readUInt16BE(0) ? undefined : 'the number differs';
  } catch (error) {
    return `threw ${error}`;
  }
}
