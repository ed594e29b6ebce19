import { z } from 'zod';
import type { Host } from '../net/host.ts';
import { namesIn, readIfThere } from '../plugins/files.ts';
import { defineCollector, type KeyDoc } from '../plugins/kinds.ts';
import { NotEligible } from '../plugins/outcomes.ts';

const FOLDER = '/sys/class/dmi/id';

/** Where machines without such firmware, most ARM boards, say what they are. */
const DEVICE_TREE_MODEL = '/proc/device-tree/model';

const info = (key: string, meaning: string): KeyDoc => ({ key, kind: 'info', unit: '', meaning });

export default defineCollector({
  name: 'dmidecode',
  description: 'What the firmware says of the hardware: makers, models, serial numbers.',
  intervalMs: 3_600_000,
  options: z.object({}),
  keys: [
    info('bios_vendor', 'Maker of the firmware.'),
    info('bios_version', 'Version of the firmware.'),
    info('bios_date', 'Day the firmware was made.'),
    info('sys_vendor', 'Maker of the machine.'),
    info('product_name', 'Model of the machine; on boards with a device tree the model that stands there.'),
    info('product_uuid', 'Number that no other machine has; absent when only root may know it.'),
    info('product_serial', 'Serial number of the machine; absent when only root may know it.'),
    info('modalias', 'All of it in the short form that modules are chosen by.'),
    info('*', 'Any other file of `/sys/class/dmi/id`, such as `board_name` or `chassis_asset_tag`.'),
  ],

  configure: () => async (host, signal) => {
    signal.throwIfAborted();
    const names = await namesIn(host, FOLDER);
    const texts = names.map(async (name) => [name, await readIfThere(host, `${FOLDER}/${name}`)] as const);
    const found = (await Promise.all(texts)).filter((text): text is [string, string] => text[1] !== undefined);
    return found.length > 0 ? Object.fromEntries(found) : await readDeviceTree(host);
  },
});

async function readDeviceTree(host: Host): Promise<{ readonly product_name: string }> {
  const model = (await readIfThere(host, DEVICE_TREE_MODEL))?.replaceAll('\0', '').trim();
  if (model === undefined || model === '') throw new NotEligible(`this system has no ${FOLDER}`);
  return { product_name: model };
}
