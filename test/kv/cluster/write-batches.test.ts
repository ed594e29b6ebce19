import { describe, expect, test } from 'vitest';
import type { Answer, Keyed, Question } from '../../../src/kv/cluster/messages.ts';
import { WriteBatches } from '../../../src/kv/cluster/write-batches.ts';
import type { KvRecord } from '../../../src/kv/record.ts';
import { nodeTag } from '../../../src/kv/version.ts';

const version = { stamp: 1n, tag: nodeTag('x') };
const VIEWS = ['one'];

function keyed(key: string, length = 1) {
  const record: KvRecord = { version, created: 1n, expires: 0, kind: 'value', value: new Uint8Array(length) };
  return { key, record };
}

/** Batches to nodes that answer like this, and what they were asked. */
function batching(answer: (question: Question) => Promise<Answer>) {
  const asked: [node: string, keys: readonly string[], views: readonly string[]][] = [];
  const lacked: [node: string, key: string, answer: Answer['type'] | undefined][] = [];
  const ends: (() => void)[] = [];
  const batches = new WriteBatches({
    atTurnEnd: (task) => ends.push(task),
    ask(node, question, views) {
      if (question.type !== 'write' && question.type !== 'writes') throw new Error(`asked for ${question.type}`);
      asked.push([node, question.type === 'write' ? [question.key] : question.records.map(({ key }) => key), views]);
      return answer(question);
    },
    lacked: (node, { key }, refusal) => lacked.push([node, key, refusal?.type]),
  });
  const endTurn = () => {
    for (const end of ends.splice(0)) end();
  };
  const write = (node: string, written: Keyed, views = VIEWS) =>
    new Promise<Answer | undefined>((heard) => batches.ask({ node, views }, written, heard));
  return { write, asked, lacked, endTurn };
}

const kept = async (): Promise<Answer> => ({ type: 'kept', refused: new Map() });

describe('what is written in one turn', () => {
  test('goes to each node as one question, and each write learns what became of it', async () => {
    const refused = new Map([[1, { type: 'quota' } as const]]);
    const { write, asked, lacked, endTurn } = batching(async () => ({ type: 'kept', refused }));
    const answers = ['a', 'b', 'c'].map((key) => write('n1', keyed(key)));
    const other = ['d', 'e'].map((key) => write('n2', keyed(key)));
    expect(asked).toEqual([]);
    endTurn();
    expect(asked).toEqual([
      ['n1', ['a', 'b', 'c'], VIEWS],
      ['n2', ['d', 'e'], VIEWS],
    ]);
    expect(await Promise.all(answers)).toEqual([
      { type: 'done' },
      { type: 'refused', refusal: { type: 'quota' } },
      { type: 'done' },
    ]);
    expect((await Promise.all(other)).map((answer) => answer?.type)).toEqual(['done', 'refused']);
    expect(lacked).toEqual([
      ['n1', 'b', 'refused'],
      ['n2', 'e', 'refused'],
    ]);
  });

  test('is asked for as it is when it is one record, and what is said of it then is the answer', async () => {
    const questions: Question[] = [];
    const { write, endTurn } = batching(async (question) => {
      questions.push(question);
      return { type: 'refused', refusal: { type: 'initializing' } };
    });
    const answer = write('n1', keyed('a'));
    endTurn();
    expect(questions).toEqual([{ type: 'write', ...keyed('a') }]);
    expect(await answer).toEqual({ type: 'refused', refusal: { type: 'initializing' } });
  });

  test('hears nothing together when no answer comes', async () => {
    const { write, lacked, endTurn } = batching(() => Promise.reject(new Error('silence')));
    const answers = ['a', 'b'].map((key) => write('n1', keyed(key)));
    endTurn();
    expect(await Promise.all(answers)).toEqual([undefined, undefined]);
    expect(lacked).toEqual([
      ['n1', 'a', undefined],
      ['n1', 'b', undefined],
    ]);
  });

  test('is refused by itself when there are no bytes of it', async () => {
    const { write, asked, endTurn } = batching(kept);
    const sound = write('n1', keyed('a'));
    const { record } = keyed('b');
    await expect(write('n1', { key: 'b', record: { ...record, created: 1n << 64n } })).rejects.toThrow(RangeError);
    endTurn();
    expect(await sound).toEqual({ type: 'done' });
    expect(asked).toEqual([['n1', ['a'], VIEWS]]);
  });

  test('is refused as a whole where the whole is refused', async () => {
    const { write, endTurn } = batching(async () => ({ type: 'refused', refusal: { type: 'initializing' } }));
    const answers = ['a', 'b'].map((key) => write('n1', keyed(key)));
    endTurn();
    expect((await Promise.all(answers)).map((answer) => answer?.type)).toEqual(['refused', 'refused']);
  });
});

describe('a batch ends', () => {
  test('when others have other views to satisfy', async () => {
    const { write, asked, endTurn } = batching(kept);
    void write('n1', keyed('a'));
    void write('n1', keyed('b'), ['one', 'two']);
    endTurn();
    endTurn();
    expect(asked).toEqual([
      ['n1', ['a'], VIEWS],
      ['n1', ['b'], ['one', 'two']],
    ]);
  });

  test('when it has so many records, or so many bytes', async () => {
    const { write, asked, endTurn } = batching(kept);
    for (let at = 0; at < 257; at += 1) void write('n1', keyed(`k${at}`));
    for (const key of ['a', 'b', 'c']) void write('n2', keyed(key, 100_000));
    endTurn();
    expect(asked.map(([node, keys]) => [node, keys.length])).toEqual([
      ['n1', 256],
      ['n2', 2],
      ['n1', 1],
      ['n2', 1],
    ]);
  });
});
