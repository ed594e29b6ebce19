import type { Offer } from '../access/gate.ts';

/** The name of the cookie of a login. */
export const LOGIN_COOKIE = 'opsbro';

/** The heads of a request that say who asks. */
export interface OfferHeads {
  readonly authorization?: string | undefined;
  readonly 'x-opsbro-token'?: string | undefined;
  readonly cookie?: string | undefined;
}

/**
 * What a request shows: `X-Opsbro-Token`, else `Authorization` as Bearer, or as Basic with any user and the token for a password, else the
 * cookie of a login. The first counts most, so that a proxy may ask for a password of its own.
 */
export function offerOf(heads: OfferHeads): Offer {
  const token = heads['x-opsbro-token']?.trim() || (heads.authorization ? tokenIn(heads.authorization) : undefined);
  return { token, login: token === undefined && heads.cookie ? loginIn(heads.cookie) : undefined };
}

/** The same, of a request whose heads are told by their names. */
export function offerBy(head: (name: string) => string | undefined): Offer {
  const [authorization, cookie] = [head('authorization'), head('cookie')];
  return offerOf({ authorization, cookie, 'x-opsbro-token': head('x-opsbro-token') });
}

function tokenIn(authorization: string): string | undefined {
  const [, scheme = '', rest = ''] = /^\s*(\S+)\s+(.*?)\s*$/.exec(authorization) ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return rest;
    case 'basic':
      return passwordIn(rest);
    default:
      return undefined;
  }
}

/** A user has no colon in it; a token would not mind one. */
function passwordIn(encoded: string): string {
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  return text.slice(text.indexOf(':') + 1);
}

function loginIn(cookies: string): string | undefined {
  for (const cookie of cookies.split(';')) {
    const [name = '', value = ''] = cookie.split('=', 2);
    if (name.trim() === LOGIN_COOKIE && value.trim() !== '') return value.trim();
  }
  return undefined;
}

interface CookieFacts {
  readonly secret: string;
  /** How long it lasts; 0 ends it. */
  readonly seconds: number;
  /** It came over TLS and is not to be sent without. */
  readonly isSecure: boolean;
}

/** The cookie of a login, as the head of an answer sets it: no script sees it, and no other page has it sent. */
export function loginCookie({ secret, seconds, isSecure }: CookieFacts): string {
  const attributes = ['Path=/', 'HttpOnly', 'SameSite=Strict', `Max-Age=${seconds}`, ...(isSecure ? ['Secure'] : [])];
  return [`${LOGIN_COOKIE}=${secret}`, ...attributes].join('; ');
}
