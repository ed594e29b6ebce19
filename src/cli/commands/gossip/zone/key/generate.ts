import { defineCommand } from '../../../../command.ts';
import { UsageError } from '../../../../failure.ts';
import { newKey } from '../../../../new-key.ts';
import { putZoneKey } from '../../../../zone-key.ts';

export default defineCommand({
  options: {
    zone: { kind: 'value', placeholder: 'Z', description: 'the zone that gets the key' },
    bits: { kind: 'value', placeholder: 'N', description: 'length of the key: 128, 192 or 256, which is the default' },
    erase: { kind: 'flag', description: 'replace the key file when there is one' },
  },
  examples: ['gossip zone key generate --zone internet', 'gossip zone key generate --zone lan --bits 128 --erase'],
  route: 'POST /agent/zones-keys/reload/ZONE',
  local: 'itself',
  async run({ options: { zone, bits, erase } }, context) {
    if (zone === undefined) throw new UsageError('say for which zone: --zone Z (see opsbro gossip zone list)');
    return await putZoneKey({ zone, key: newKey(bits), former: erase ? 'erase' : 'keep' }, context);
  },
});
