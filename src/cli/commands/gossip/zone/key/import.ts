import { defineCommand } from '../../../../command.ts';
import { UsageError } from '../../../../failure.ts';
import { putZoneKey } from '../../../../zone-key.ts';

export default defineCommand({
  options: {
    zone: { kind: 'value', placeholder: 'Z', description: 'the zone that gets the key' },
    key: { kind: 'value', placeholder: 'B64', description: 'the key in base64: 16, 24 or 32 bytes; - reads it' },
    erase: { kind: 'flag', description: 'replace the key file when there is one' },
  },
  examples: ['gossip zone key import --zone lan --key -', 'gossip zone key import --zone lan --erase --key B64'],
  route: 'POST /agent/zones-keys/reload/ZONE',
  local: 'itself',
  async run({ options: { zone, key: written, erase } }, context) {
    if (zone === undefined) throw new UsageError('say for which zone: --zone Z (see opsbro gossip zone list)');
    if (written === undefined) throw new UsageError('give the key: --key B64, or --key - to read it');
    const text = written === '-' ? await textOf(context.world.input) : written;
    const { keyIn } = await import('../../../../../agent/local-zones.ts');
    return await putZoneKey({ zone, key: keyIn(text), former: erase ? 'erase' : 'keep' }, context);
  },
});

/** A key on the command line can be seen by everybody on the machine; the standard input cannot. */
async function textOf(input: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of input) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
