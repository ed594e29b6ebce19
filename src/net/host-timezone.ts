import type { Timezone } from './host.ts';

/** What a machine says of its local time, as far as it says it. */
export interface TimezoneSources {
  /** The variable `TZ`. */
  readonly variable: string | undefined;
  /** Where `/etc/localtime` leads. */
  readonly link: string | undefined;
  /** The content of `/etc/timezone`. */
  readonly file: string | undefined;
  /** The content of `/etc/localtime`; only its last line counts, which is text. */
  readonly rules: string | undefined;
  readonly offsetS: number;
}

/** The local time from what a machine says of it. */
export function timezoneOf({ variable, link, file, rules, offsetS }: TimezoneSources): Timezone {
  const name = named(variable) ?? link?.split('/zoneinfo/')[1] ?? named(file) ?? 'UTC';
  // The rules are those of the file, so they say nothing when a variable overrides it.
  const abbreviation = (named(variable) ? undefined : abbreviationIn(rules ?? '', offsetS)) ?? plainOffset(offsetS);
  return { name, abbreviation, offsetS };
}

const named = (text: string | undefined): string | undefined => text?.trim().replace(/^:/, '') || undefined;

const RULE = /^(<[^>]+>|[A-Za-z]+)([+-]?\d+)(?::(\d+))?(<[^>]+>|[A-Za-z]+)?/;

/** The last line of a zone file is a POSIX rule such as `CET-1CEST,M3.5.0,M10.5.0/3`, whose offsets count westwards. */
function abbreviationIn(rules: string, offsetS: number): string | undefined {
  const [, standard, hours, minutes = '0', summer] = RULE.exec(rules.trimEnd().split('\n').at(-1) ?? '') ?? [];
  if (standard === undefined || hours === undefined) return undefined;
  const west = Math.abs(Number(hours)) * 3_600 + Number(minutes) * 60;
  const standardS = hours.startsWith('-') ? west : -west;
  const inForce = offsetS === standardS ? standard : summer;
  return inForce?.replace(/[<>]/g, '');
}

/** `UTC`, `+02`, `-0330`. */
function plainOffset(offsetS: number): string {
  if (offsetS === 0) return 'UTC';
  const minutes = Math.abs(offsetS) / 60;
  const [whole, rest] = [Math.floor(minutes / 60), minutes % 60];
  return (offsetS < 0 ? '-' : '+') + pad(whole) + (rest === 0 ? '' : pad(rest));
}

const pad = (number: number): string => String(number).padStart(2, '0');
