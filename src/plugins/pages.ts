import { z } from 'zod';
import { failedWith, systemCode } from '../base/errors.ts';
import type { FetchAnswer, Host } from '../net/host.ts';
import { CollectError } from './outcomes.ts';

/** Milliseconds that a service has to give a page. */
export const PAGE_MS = 3_000;

/** The address of a page, as people write it. */
export const pageAddress = z
  .string()
  .refine((text) => isPageAddress(text), { error: 'must be the address of a page, such as http://HOST/PATH' });

/** As `pageAddress`; may be left empty. */
export const pageAddressOrNone = z.string().refine((text) => text === '' || isPageAddress(text), {
  error: 'must be empty or the address of a page, such as http://HOST/PATH',
});

/** A page that tells of a service. */
export interface Page {
  /** May have a user and a password in it; they are not told to anybody else. */
  readonly url: string;
  /** Who asks; nobody in particular when empty or left out. */
  readonly user?: string;
  readonly password?: string;
  /** Bytes it may have; 1 MiB when left out. */
  readonly maxBytes?: number;
  /** Milliseconds until its last byte; 3 s when left out. */
  readonly timeoutMs?: number;
}

/** A service answers, but not with the page that was asked for. It is up all the same. */
export class NoPage extends CollectError {
  /** What it answers instead; 0 when that is no HTTP. */
  readonly status: number;

  constructor(message: string, status: number) {
    super(message, { up: 1 });
    this.status = status;
  }
}

const MAX_BYTES = 1_048_576;

/** What to do about a refusal, by its status. */
const HELP = new Map([
  [401, 'check user and password'],
  [403, 'let this machine and this user see that page'],
]);

/**
 * Gives the text of a page. Throws `NoPage` when the service refuses us, answers with a status other than 200 or with too much, and the
 * system's error when it does not answer.
 */
export async function readPage(host: Host, page: Page, signal: AbortSignal): Promise<string> {
  const { status, body } = await answerTo(host, page, signal);
  const help = HELP.get(status);
  if (help !== undefined) throw new NoPage(`login refused: ${placeOf(page)} answers ${status}; ${help}`, status);
  if (status !== 200) throw new NoPage(`${placeOf(page)} answers ${status} instead of 200`, status);
  return new TextDecoder().decode(body);
}

/** As `readPage`, read as JSON. Throws `NoPage` when it is none. */
export async function readJsonPage(host: Host, page: Page, signal: AbortSignal): Promise<unknown> {
  const text = await readPage(host, page, signal);
  try {
    return JSON.parse(text);
  } catch {
    throw new NoPage(`${placeOf(page)} answers with something else than JSON: ${beginningOf(text, page)}`, 200);
  }
}

/**
 * What an answer begins with, in one line without control characters, to be told to people. One that repeats the login of its page is told
 * with stars instead.
 */
export function beginningOf(text: string, page?: Page): string {
  const whole = (page ? secretsOf(page) : []).reduce(
    (shown, secret) => shown.replaceAll(secret, '******'),
    text.slice(0, LOOKED_AT),
  );
  return whole
    .slice(0, SHOWN_CHARACTERS)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}

const SHOWN_CHARACTERS = 80;
/** So that a secret is not cut in two. */
const LOOKED_AT = 1_024;

/** The password of a page, as it is and as it is sent, longest first. */
function secretsOf({ url, user = '', password = '' }: Page): string[] {
  const written = new URL(url);
  const logins = [
    [user, password],
    [decoded(written.username), decoded(written.password)],
  ] as const;
  const secrets = logins.filter(([, word]) => word !== '').flatMap(([name, word]) => [basic(name, word), word]);
  return secrets.sort((one, other) => other.length - one.length);
}

const basic = (user: string, password: string): string => Buffer.from(`${user}:${password}`).toString('base64');

/** A part of an address without its escapes; one that is escaped wrongly stays as it is. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

async function answerTo(host: Host, page: Page, signal: AbortSignal): Promise<FetchAnswer> {
  const { url, timeoutMs = PAGE_MS, maxBytes = MAX_BYTES } = page;
  try {
    return await host.fetch({ url, headers: headersOf(page), timeoutMs, maxBytes }, signal);
  } catch (error) {
    if (failedWith(error, 'too_large')) {
      throw new NoPage(`${placeOf(page)} answers with more than ${maxBytes} bytes`, 200);
    }
    // Somebody else listens there.
    if (systemCode(error)?.startsWith('HPE_')) {
      throw new NoPage(`${placeOf(page)} answers with something else than HTTP`, 0);
    }
    throw error;
  }
}

function headersOf({ user = '', password = '' }: Page): Record<string, string> {
  if (user === '') return {};
  return { authorization: `Basic ${basic(user, password)}` };
}

function isPageAddress(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text);
}

/** The address without what is nobody's business: user, password and query. */
function placeOf({ url }: Page): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
