import { expect, test } from 'vitest';
import dmidecode from '../../src/collectors/dmidecode.ts';
import { fakeHost, never, systemError } from '../support/host.ts';

const FOLDER = '/sys/class/dmi/id';

test('shows what may be read and leaves out what only root may', async () => {
  const files = {
    [`${FOLDER}/sys_vendor`]: 'Dell Inc.\n',
    [`${FOLDER}/chassis_serial`]: systemError('EACCES', 'permission denied'),
    [`${FOLDER}/power`]: systemError('EISDIR', 'is a directory'),
    [`${FOLDER}/board_name`]: '\n',
  };
  expect(await dmidecode.configure({})(fakeHost({ files }), never)).toEqual({
    sys_vendor: 'Dell Inc.',
    board_name: '',
  });
});

test('a board with a device tree says its model there', async () => {
  const files = { '/proc/device-tree/model': 'Raspberry Pi 4 Model B Rev 1.4\0' };
  expect(await dmidecode.configure({})(fakeHost({ files }), never)).toEqual({
    product_name: 'Raspberry Pi 4 Model B Rev 1.4',
  });
});

test('a machine that says nothing is not eligible', async () => {
  await expect(dmidecode.configure({})(fakeHost(), never)).rejects.toThrow('this system has no /sys/class/dmi/id');
});
