import { z } from 'zod';
import { matchesAny } from '../base/glob.ts';
import { numberIn } from '../base/numbers.ts';
import type { Metrics } from '../model/metrics.ts';
import type { Host } from '../net/host.ts';
import { namesIn, readIfThere } from '../plugins/files.ts';
import { defineCollector } from '../plugins/kinds.ts';
import { NotEligible } from '../plugins/outcomes.ts';
import { known } from '../plugins/trees.ts';

/** What is made of other devices or of memory. */
const MADE_UP = ['dm-*', 'ram*', 'loop*'];

/** Whatever the hardware has, the kernel counts in these. */
const SECTOR_BYTES = 512;

export default defineCollector({
  name: 'blockdevice',
  description: 'The disks of this machine: maker, model and size.',
  intervalMs: 3_600_000,
  options: z.object({}),
  keys: [
    { key: '*.vendor', kind: 'info', unit: '', meaning: 'Maker of the disk. The first segment is the device.' },
    { key: '*.model', kind: 'info', unit: '', meaning: 'Model of the disk.' },
    { key: '*.size', kind: 'info', unit: '', meaning: 'Number of sectors of 512 bytes, as text.' },
    { key: '*.size_bytes', kind: 'gauge', unit: 'bytes', meaning: 'Size of the disk.' },
    { key: '*.rotational', kind: 'gauge', unit: '', meaning: 'Whether it has turning parts.' },
    { key: '*.removable', kind: 'gauge', unit: '', meaning: 'Whether its medium can be taken out.' },
  ],

  configure: () => async (host, signal) => {
    signal.throwIfAborted();
    const names = (await namesIn(host, '/sys/block')).filter((name) => !matchesAny(MADE_UP, name));
    const disks = await Promise.all(names.map(async (name) => [name, await readDisk(host, name)] as const));
    const found = disks.filter((disk): disk is [string, Metrics] => disk[1] !== undefined);
    if (found.length === 0) throw new NotEligible('this system has no disk in /sys/block');
    return Object.fromEntries(found);
  },
});

/** `undefined` for a drive without a medium. */
async function readDisk(host: Host, name: string): Promise<Metrics | undefined> {
  const [size, vendor, model, rotational, removable] = await Promise.all(
    ['size', 'device/vendor', 'device/model', 'queue/rotational', 'removable'].map((file) =>
      readIfThere(host, `/sys/block/${name}/${file}`),
    ),
  );
  const sectors = numberIn(size);
  if (sectors === undefined || sectors <= 0) return undefined;
  return known({
    vendor,
    model,
    size,
    size_bytes: sectors * SECTOR_BYTES,
    rotational: flagIn(rotational),
    removable: flagIn(removable),
  });
}

const flagIn = (text: string | undefined): boolean | undefined => (text === undefined ? undefined : text === '1');
