import { expect, test } from 'vitest';
import selinux from '../../src/collectors/selinux.ts';
import { fakeHost, never } from '../support/host.ts';

test.each([
  ['enforcing', { '/sys/fs/selinux/enforce': '1' }, true],
  ['permissive', { '/sys/fs/selinux/enforce': '0' }, true],
  ['enforcing', { '/selinux/enforce': '1' }, true],
  ['disabled', {}, false],
])('%s with %o', async (mode, files, enabled) => {
  expect(await selinux.configure({})(fakeHost({ files }), never)).toEqual({ enabled, mode });
});
