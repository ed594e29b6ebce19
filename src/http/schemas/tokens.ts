import { z } from 'zod';
import { parseNetwork } from '../../base/networks.ts';
import { SCOPES, TOKEN_NAME } from '../../model/token.ts';

const Scope = z.enum(SCOPES);
const MOST_PLACES = 100;

/** A token without its secret. Times are epoch milliseconds. */
export const TokenJson = z.object({
  name: z.string(),
  scope: Scope,
  origin: z.enum(['request', 'file']),
  created: z.number().nullable(),
  expires: z.number().nullable(),
  last_used: z.number().nullable(),
  from: z.array(z.string()),
  paths: z.array(z.string()),
});
export type TokenJson = z.infer<typeof TokenJson>;

/** A token that was just made. */
export const MadeTokenJson = TokenJson.extend({ token: z.string().describe('shown this once') });

/** What a token shall be. */
export const TokenWishJson = z.strictObject({
  name: z.string().regex(TOKEN_NAME, 'write up to 64 letters, digits, ".", "_" and "-"'),
  scope: Scope.default('read'),
  ttl: z.string().max(20).optional().describe('how long it is worth something: 90d; for ever when left out'),
  from: z
    .array(z.string().refine((text) => parseNetwork(text) !== undefined, 'is no network; write 10.0.0.0/8'))
    .max(MOST_PLACES)
    .default([])
    .describe('networks and addresses that may use it; all when left out'),
  paths: z
    .array(z.string().regex(/^\/\S{0,500}$/, 'is no path; write /kv/app'))
    .max(MOST_PLACES)
    .default([])
    .describe('paths it is for, with all below each; all when left out'),
});

/** Who asks. */
export const WhoJson = z.object({
  name: z.string().nullable().describe('of the token; null when none was shown'),
  scope: Scope.nullable().describe('null: only what is open to everybody'),
  by: z.enum(['socket', 'token', 'login', 'address']),
});
export type WhoJson = z.infer<typeof WhoJson>;
