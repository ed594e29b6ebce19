import { z } from 'zod';
import { parseDuration } from '../../base/duration.ts';
import { OpsbroError } from '../../base/errors.ts';
import type { ListedToken } from '../../model/token.ts';
import type { ApiParts } from '../parts.ts';
import { route } from '../route.ts';
import { MadeTokenJson, TokenJson, TokenWishJson } from '../schemas/tokens.ts';
import { Named } from '../schemas.ts';

const MAX_TTL_MS = 10 * 365 * 86_400_000;

/** Who may ask over TCP. */
export const tokenRoutes = ({ access }: Pick<ApiParts, 'access'>) => ({
  'GET /agent/tokens': route({
    access: 'admin',
    summary: 'The tokens there are, without their secrets.',
    answer: z.array(TokenJson),
    handle: () => access.tokens.list().map(tokenJson),
  }),
  'POST /agent/tokens': route({
    access: 'admin',
    summary: 'Makes a token and shows its secret, once.',
    body: TokenWishJson,
    answer: MadeTokenJson,
    async handle({ body: { ttl, ...wish } }) {
      const { token, secret } = await access.tokens.create({
        ...wish,
        ttlMs: ttl === undefined ? undefined : lifetime(ttl),
      });
      return { ...tokenJson({ ...token, lastUsed: null }), token: secret };
    },
  }),
  'DELETE /agent/tokens/:name': route({
    access: 'admin',
    summary: 'Takes a token back; logins that began with it end.',
    params: Named,
    answer: z.object({ revoked: z.string() }),
    async handle({ params: { name } }) {
      await access.tokens.revoke(name);
      return { revoked: name };
    },
  }),
});

function lifetime(written: string): number {
  const ms = parseDuration(written);
  if (ms > 0 && ms <= MAX_TTL_MS) return ms;
  throw new OpsbroError('bad_ttl', `body ttl: "${written}" is not between 1ms and 10 years`);
}

const tokenJson = ({ name, scope, origin, created, expires, lastUsed, from, paths }: ListedToken): TokenJson => ({
  ...{ name, scope, origin: origin === 'file' ? 'file' : 'request' },
  ...{ created, expires, last_used: lastUsed, from: [...from], paths: [...paths] },
});
