import { z } from 'zod';
import { messageOf } from '../base/errors.ts';
import type { Metrics } from '../model/metrics.ts';
import type { Host } from '../net/host.ts';
import { defineCollector, type KeyDoc } from '../plugins/kinds.ts';
import { NotEligible } from '../plugins/outcomes.ts';
import { known } from '../plugins/trees.ts';

const LIMIT_MS = 3_000;
const MAX_BYTES = 65_536;
const LONGEST = 200;

const KEYS: readonly (readonly [string, string])[] = [
  ['ip', 'Address by which the service sees this machine.'],
  ['hostname', 'Name of that address.'],
  ['city', 'City, as far as the service knows.'],
  ['region', 'Part of the country.'],
  ['country', 'Country, in two letters.'],
  ['loc', 'Latitude and longitude.'],
  ['org', 'Who provides the access to the internet.'],
  ['postal', 'Postal code.'],
  ['timezone', 'Time zone of the place.'],
];

export default defineCollector({
  name: 'geoloc',
  description: 'Where on earth this machine is, as a service on the internet tells.',
  intervalMs: 3_600_000,
  options: z.object({
    enabled: z.boolean().default(false).describe('Whether to ask: off until somebody wants it.'),
    uri: z.url().default('http://ipinfo.io/json').describe('The service; it answers with a JSON map.'),
  }),
  keys: KEYS.map(([key, meaning]): KeyDoc => ({ key, kind: 'info', unit: '', meaning })),

  configure: ({ enabled, uri }) => {
    let found: Metrics | undefined;
    return async (host, signal) => {
      signal.throwIfAborted();
      if (!enabled) throw new NotEligible('asks a service on the internet; set enabled of the pack geoloc to allow it');
      // Machines do not move while they run: once answered, nobody is asked again.
      found ??= await ask(uri, host, signal);
      return found;
    };
  },
});

async function ask(uri: string, host: Host, signal: AbortSignal): Promise<Metrics> {
  try {
    const { status, body } = await host.fetch({ url: uri, timeoutMs: LIMIT_MS, maxBytes: MAX_BYTES }, signal);
    if (status !== 200) throw new Error(`it answers ${status}`);
    const said = z.record(z.string(), z.unknown()).parse(JSON.parse(Buffer.from(body).toString('utf8')));
    const place = known(Object.fromEntries(KEYS.map(([key]) => [key, textIn(said[key])])));
    if (Object.keys(place).length === 0) throw new Error('it answers no place');
    return place;
  } catch (error) {
    signal.throwIfAborted();
    throw new NotEligible(`${new URL(uri).host} does not tell where this machine is: ${messageOf(error)}`);
  }
}

const textIn = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value.slice(0, LONGEST) : undefined;
