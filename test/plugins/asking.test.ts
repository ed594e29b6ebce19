import { expect, test } from 'vitest';
import { askInText } from '../../src/plugins/asking.ts';
import type { FakeConnection } from '../support/connection.ts';
import { fakeHost, never, systemError } from '../support/host.ts';

const TO = { host: 'cache', port: 1, timeoutMs: 1_000, receiveCap: 100 };
const isLast = (line: string) => line === 'END';

const asking = (answer: (connection: FakeConnection) => void, question = {}) =>
  askInText(fakeHost({ listeners: { 'cache:1': answer } }), { to: TO, text: 'stats\r\n', isLast, ...question }, never);

test.each([
  [['a 1\r\nEND\r\n']],
  [['a 1\r', '\nEN', 'D\r', '\n']],
  [[...'a 1\r\nEND\r\n']],
  [['a 1\r\n', 'END\r\nmore']],
])('an answer is whole with its last line, however it is cut: %j', async (pieces) => {
  const answer = await asking((there) => {
    for (const piece of pieces) there.write(Buffer.from(piece));
  });
  expect(answer).toMatch(/^a 1\r\nEND\r\n/);
});

test('what is asked is sent', async () => {
  const heard: string[] = [];
  await asking((there) =>
    there.onData((bytes) => {
      heard.push(Buffer.from(bytes).toString());
      there.write(Buffer.from('END\n'));
    }),
  );
  expect(heard).toEqual(['stats\r\n']);
});

test('without a last line an answer is whole when the service closes', async () => {
  const answer = asking(
    (there) => {
      there.write(Buffer.from('END\ngrö'));
      there.write(Buffer.from('ße'));
      there.close();
    },
    { isLast: undefined },
  );
  expect(await answer).toBe('END\ngröße');
});

test('an answer that breaks off is given as far as it came', async () => {
  const answer = asking((there) => {
    there.write(Buffer.from('a 1\r\nEN'));
    there.close();
  });
  expect(await answer).toBe('a 1\r\nEN');
});

test('a service that hangs up without a word is not there', async () => {
  await expect(asking((there) => there.close())).rejects.toMatchObject({ code: 'ECONNRESET' });
});

test('a service that says too much is up', async () => {
  await expect(asking((there) => there.write(Buffer.alloc(101, 'x')))).rejects.toMatchObject({
    name: 'CollectError',
    message: 'the answer has more than 100 bytes',
    partial: { up: 1 },
  });
});

test('nobody there is told by the system', async () => {
  const error = systemError('ECONNREFUSED', 'connect cache:1');
  await expect(askInText(fakeHost(), { to: TO, text: '' }, never)).rejects.toEqual(error);
});

test('of a long line nothing is looked at twice', async () => {
  const looked: string[] = [];
  const question = {
    to: { ...TO, receiveCap: 1_000_000 },
    isLast(line: string) {
      looked.push(line);
      return line === 'END';
    },
  };
  const answer = await asking((there) => {
    for (let pieces = 0; pieces < 50_000; pieces += 1) there.write(Buffer.from('xxxxxxxxxx'));
    there.write(Buffer.from('\nEND\n'));
  }, question);
  expect(answer).toHaveLength(500_005);
  expect(looked).toEqual(['END']);
});
