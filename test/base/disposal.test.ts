import { expect, test } from 'vitest';
import { Disposal } from '../../src/base/disposal.ts';

test('what was opened last is closed first, each once', async () => {
  const closed: string[] = [];
  const disposal = new Disposal();
  disposal.defer(() => void closed.push('database'));
  disposal.use({ [Symbol.dispose]: () => void closed.push('timer') });
  disposal.use({ [Symbol.asyncDispose]: async () => void closed.push('socket') });

  await disposal[Symbol.asyncDispose]();
  await disposal[Symbol.asyncDispose]();

  expect(closed).toEqual(['socket', 'timer', 'database']);
});

test('a failure does not keep the rest open', async () => {
  const closed: string[] = [];
  const disposal = new Disposal();
  disposal.defer(() => void closed.push('first'));
  disposal.defer(() => Promise.reject(new Error('stuck')));

  await expect(disposal[Symbol.asyncDispose]()).rejects.toThrow('stuck');
  expect(closed).toEqual(['first']);
});
