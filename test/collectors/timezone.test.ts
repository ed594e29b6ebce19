import { expect, test } from 'vitest';
import timezone from '../../src/collectors/timezone.ts';
import { fakeHost, never } from '../support/host.ts';

test('says which local time the machine keeps', async () => {
  expect(await timezone.configure({})(fakeHost(), never)).toEqual({
    timezone: 'CET',
    name: 'Europe/Paris',
    offset_s: 3_600,
  });
});
