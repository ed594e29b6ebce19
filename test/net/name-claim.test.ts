import { expect, test } from 'vitest';
import { claimName } from '../../src/net/name-claim.ts';

test('a name belongs to one holder at a time', async () => {
  const word = `test-${process.pid}`;
  const claim = await claimName(word);
  expect(claim).toBeDefined();
  expect(await claimName(word)).toBeUndefined();
  claim?.[Symbol.dispose]();
  await expect.poll(() => claimName(word)).toBeDefined();
});
