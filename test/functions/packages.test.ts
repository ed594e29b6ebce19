import { expect, test } from 'vitest';
import { isInstalled } from '../../src/functions/support/packages.ts';
import { fakeHost, never } from '../support/host.ts';

const LIST = '/var/lib/dpkg/info/nginx.list';
const STATUS = '/var/lib/dpkg/status';
const INSTALLED = 'Package: nginx\nStatus: install ok installed\n\n';
const REMOVED = 'Package: nginx\nStatus: deinstall ok config-files\n\n';

test('the records of dpkg are read once for as long as nobody writes them', async () => {
  const files: Record<string, string> = { [LIST]: '', [STATUS]: INSTALLED };
  const host = fakeHost({ files });
  const read = host.readFile;
  let reads = 0;
  host.readFile = (path) => {
    reads += 1;
    return read.call(host, path);
  };

  for (let look = 0; look < 3; look++) expect(await isInstalled(host, 'nginx', never)).toBe(true);
  expect(reads).toBe(1);

  files[STATUS] = REMOVED;
  expect(await isInstalled(host, 'nginx', never)).toBe(false);
  expect(reads).toBe(2);
});

test('records that could not be read are read again', async () => {
  const files: Record<string, string | Error> = { [LIST]: '', [STATUS]: new Error('EIO') };
  const host = fakeHost({ files });
  await expect(isInstalled(host, 'nginx', never)).rejects.toThrow('EIO');
  files[STATUS] = INSTALLED;
  expect(await isInstalled(host, 'nginx', never)).toBe(true);
});
