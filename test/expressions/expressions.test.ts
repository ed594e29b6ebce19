import { expect, test } from 'vitest';
import { Expressions } from '../../src/expressions/expressions.ts';
import { SimulatedClock } from '../support/clock.ts';
import { functions, scopeOf } from '../support/expressions.ts';
import { fakeHost } from '../support/host.ts';

const host = fakeHost();

test('a text is parsed once, however often it is used', () => {
  const expressions = new Expressions({ functions, clock: host.clock });
  expect(expressions.expression('1 + 1')).toBe(expressions.expression('1 + 1'));
  expect(expressions.text('1 + 1')).not.toBe(expressions.expression('1 + 1'));
  expect(expressions.parsed).toBe(2);
});

test('5,000 texts are kept, the least recently used goes first', () => {
  const expressions = new Expressions({ functions, clock: host.clock });
  for (let number = 0; number < 5_000; number++) expressions.expression(String(number));
  expressions.expression('0');
  expressions.expression('5000');
  expect(expressions.parsed).toBe(5_001);
  expressions.expression('0');
  expect(expressions.parsed).toBe(5_001);
  expressions.expression('1');
  expect(expressions.parsed).toBe(5_002);
});

test('a text with an error is parsed again and again, and never kept', () => {
  const expressions = new Expressions({ functions, clock: host.clock });
  expect(() => expressions.expression('1 +')).toThrow();
  expect(() => expressions.expression('1 +')).toThrow();
  expect(expressions.parsed).toBe(0);
});

test('the same question to the host within a second is asked once', async () => {
  const clock = new SimulatedClock();
  let asked = 0;
  const counting = { ...fakeHost({ clock }), exists: async () => ++asked > 0 };
  const expressions = new Expressions({ functions, clock });
  const ask = (text: string) => expressions.expression(text).evaluate(scopeOf({ host: counting }), 'value');
  await ask("file_exists('/a')");
  await ask("file_exists('/a') == True");
  expect(asked).toBe(1);
  await ask("file_exists('/b')");
  expect(asked).toBe(2);
  clock.run(1_000);
  await ask("file_exists('/a')");
  expect(asked).toBe(3);
});

test('an answer that several wait for is not lost when the first of them is given up', async () => {
  let answer: (found: boolean) => void = () => {};
  let given: AbortSignal | undefined;
  const slow = {
    ...fakeHost(),
    connect: (_: unknown, signal: AbortSignal) => {
      given = signal;
      return new Promise<never>((_resolve, reject) => {
        answer = () => reject(new Error('refused'));
      });
    },
  };
  const giveUp = new AbortController();
  const expressions = new Expressions({ functions, clock: host.clock });
  const compiled = expressions.expression("check_tcp('db', 1)");
  const first = compiled.evaluate(scopeOf({ host: slow, signal: giveUp.signal }), 'value');
  const second = compiled.evaluate(scopeOf({ host: slow }), 'value');
  giveUp.abort();
  expect(await first).toMatchObject({ type: 'error', code: 'LIMIT' });
  expect(given?.aborted).toBe(false);
  answer(false);
  expect(await second).toMatchObject({ type: 'value', value: false });
});
