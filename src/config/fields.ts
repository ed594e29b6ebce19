import { z } from 'zod';
import { parseDuration } from '../base/duration.ts';
import { OpsbroError } from '../base/errors.ts';
import { ipBytes } from '../base/ip.ts';
import { nearest } from '../base/nearest.ts';
import { parseNetwork } from '../base/networks.ts';
import { shown } from '../base/shown.ts';

declare module 'zod' {
  interface GlobalMeta {
    /** Words for what may be written. */
    readonly expected?: string;
  }
}

/**
 * The kinds of values people write, each with words for what is expected (`expected` of its meta data), which errors and the reference
 * page use.
 */

/** Made once and used by all: a schema never changes, and each costs a kilobyte or two. */
function shared<Kind>(make: () => Kind): () => Kind {
  let made: Kind | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

const anyText = shared(() => z.union([z.string(), z.number(), z.boolean()]).transform(String));
const textOrNumber = shared(() => z.union([z.string(), z.number()]));

/** Any text; a number or a bool is taken as the text it was probably meant to be. */
export const text = shared(() => anyText().meta({ expected: 'a text' }));

/** A text of a certain form. */
export const textLike = (pattern: RegExp, expected: string) =>
  textOrNumber().transform(String).pipe(z.string().regex(pattern)).meta({ expected });

/** A zone name; not the words that DNS names are made of, nor what stands for the own zone there: they would lead elsewhere. */
export const ZONE_NAME = /^(?!(?:local|group|name|node|service|addr)$)[A-Za-z0-9_-]{1,63}$/i;

export const A_ZONE_NAME =
  'a zone name of letters, digits, dashes and underscores, not local, group, name, node, service or addr';

export const zoneName = () => textLike(ZONE_NAME, A_ZONE_NAME);

export const flag = shared(() => z.boolean().meta({ expected: 'true or false' }));

export const path = shared(() => z.string().min(1).meta({ expected: 'a path' }));

/** A whole number within bounds, both included. */
export const wholeNumber = (least: number, most: number) =>
  z
    .int()
    .min(least)
    .max(most)
    .meta({ expected: `a whole number from ${least} to ${most}` });

/** The port of something that cannot be closed; 0 lets the system choose. */
export const port = shared(() =>
  z.int().min(0).max(65_535).meta({ expected: 'a port from 0 (any free one) to 65535' }),
);

/** The port of a door that may be closed: a number, 0 for any free one, or `off`. */
export const door = shared(() =>
  z
    .union([z.int().min(0).max(65_535), z.literal('off')])
    .meta({ expected: 'a port from 1 to 65535, 0 (any free one) or off' }),
);

/** An address without a port. */
const address = shared(() =>
  z.string().refine((written) => ipBytes(written.replace(/%[^%]*$/, '')) !== undefined, { error: () => '' }),
);

/** One address or several; read as a list. */
export const addresses = shared(() =>
  z
    .union([address(), z.array(address()).min(1)])
    .transform((written) => (typeof written === 'string' ? [written] : written))
    .meta({ expected: 'an IP address or a list of them' }),
);

export const oneAddress = shared(() => address().meta({ expected: 'an IP address without a port' }));

const listOfTexts = shared(() =>
  z
    .union([z.string(), z.array(textOrNumber())])
    .transform((written) => (Array.isArray(written) ? written : [written]).map(String)),
);

/** A list of words without blanks; a single one may stand for itself. */
export const words = (expected: string, pattern = /^\S{1,255}$/) =>
  listOfTexts()
    .pipe(z.array(z.string().regex(pattern)))
    .meta({ expected });

/** Networks; a single one may stand for itself. */
export const networks = shared(() => {
  const expected = 'a list of networks such as 10.0.0.0/8';
  const areNetworks = (written: readonly string[]) => written.every((each) => parseNetwork(each) !== undefined);
  return words(expected)
    .refine(areNetworks, { error: () => '' })
    .meta({ expected });
});

/** Where others are reached: a host or an IPv4 address, with or without a port; an IPv6 address, bare or in brackets with a port. */
export const endpoints = shared(() =>
  words(
    'a list of host, host:port or [v6]:port',
    /^(?:[^\s:[\]]{1,255}(?::\d{1,5})?|\[[\da-fA-F:.]{2,45}\](?::\d{1,5})?|(?=.*:.*:)[\da-fA-F:.]{2,45})$/,
  ),
);

/** One of some words, in either case; read as it stands in `choices`. */
export const oneOf = <const Choice extends string>(choices: readonly Choice[]) =>
  z
    .union([z.string(), z.boolean()])
    .transform((written, context) => {
      const choice = choices.find((known) => known.toLowerCase() === String(written).toLowerCase());
      if (choice !== undefined) return choice;
      context.issues.push({
        code: 'custom',
        input: written,
        message: `wrong value (expected one of ${choices.join(', ')}, got ${shown(written)})`,
        params: { suggestion: nearest(String(written), choices) },
      });
      return z.NEVER;
    })
    .meta({ expected: `one of ${choices.join(', ')}`, examples: [...choices] });

/** `500ms`, `10s`, `1m30s` or a bare number of seconds; read as milliseconds. */
export const duration = (leastMs = 0) => {
  const made = durations.get(leastMs) ?? durationFrom(leastMs);
  durations.set(leastMs, made);
  return made;
};

const durations = new Map<number, ReturnType<typeof durationFrom>>();

const durationFrom = (leastMs: number) =>
  textOrNumber()
    .transform((written, context) => {
      try {
        const ms = parseDuration(written);
        if (ms >= leastMs) return ms;
        throw new OpsbroError('bad_request', `${shown(written)} is too short (expected at least ${leastMs / 1_000} s)`);
      } catch (error) {
        if (!(error instanceof OpsbroError)) throw error;
        context.issues.push({ code: 'custom', input: written, message: error.message });
        return z.NEVER;
      }
    })
    .meta({ expected: 'a duration such as 500ms, 10s, 5m, 2h or 1d' });

const SIZE = /^(\d+(?:\.\d+)?)\s*(?:([kmgt])(i?b)?|b)?$/i;
const POWERS = new Map(['k', 'm', 'g', 't'].map((unit, index) => [unit, index + 1] as const));

/** `100`, `64k`, `10MB`, `1GiB`; read as bytes. Each unit is 1024 of the one below it. */
export const size = (mostBytes = Number.MAX_SAFE_INTEGER) =>
  z
    .union([z.string(), z.number().min(0)])
    .transform((written, context) => {
      const bytes = bytesOf(String(written));
      if (bytes !== undefined && bytes <= mostBytes) return bytes;
      const message =
        bytes === undefined
          ? `${shown(written)} is not a size; write 100, 64k, 10MB or 1GiB`
          : `${shown(written)} is too large (expected at most ${mostBytes} bytes)`;
      context.issues.push({ code: 'custom', input: written, message });
      return z.NEVER;
    })
    .meta({ expected: 'a size such as 100, 64k, 10MB or 1GiB' });

function bytesOf(written: string): number | undefined {
  const [, amount, unit = ''] = SIZE.exec(written.trim()) ?? [];
  return amount === undefined ? undefined : Math.round(Number(amount) * 1024 ** (POWERS.get(unit.toLowerCase()) ?? 0));
}
