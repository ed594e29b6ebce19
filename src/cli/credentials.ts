import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { messageOf, OpsbroError } from '../base/errors.ts';
import type { GlobalOptions } from './command.ts';
import type { World } from './world.ts';

const LONGEST = 4_096;

/** The token to show over HTTP: by option or by environment, itself or in a file; the options count first. */
export function tokenOf(
  { token, tokenFile }: Pick<GlobalOptions, 'token' | 'tokenFile'>,
  { env, cwd }: Pick<World, 'env' | 'cwd'>,
): string | undefined {
  if (token !== undefined) return token;
  if (tokenFile !== undefined) return readToken(resolve(cwd, tokenFile), '--token-file');
  if (env.OPSBRO_TOKEN) return env.OPSBRO_TOKEN;
  return env.OPSBRO_TOKEN_FILE ? readToken(resolve(cwd, env.OPSBRO_TOKEN_FILE), 'OPSBRO_TOKEN_FILE') : undefined;
}

/** Certificates (PEM) to trust over HTTPS instead of those that Node trusts, by option or by environment. */
export function authorityOf(
  { ca }: Pick<GlobalOptions, 'ca'>,
  { env, cwd }: Pick<World, 'env' | 'cwd'>,
): string | undefined {
  const file = ca ?? env.OPSBRO_CA;
  return file ? textOf(resolve(cwd, file), ca === undefined ? 'OPSBRO_CA' : '--ca') : undefined;
}

function readToken(path: string, from: string): string {
  const text = textOf(path, from).trim();
  if (text !== '' && text.length <= LONGEST && !/\s/.test(text)) return text;
  throw new OpsbroError('bad_request', `${from}: ${path} holds no token alone on one line`);
}

function textOf(path: string, from: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new OpsbroError('bad_request', `${from}: ${messageOf(error)}`, { cause: error });
  }
}

/** A text in which tokens of agents cannot be read. */
export const withoutTokens = (text: string): string => text.replace(/opsbro_[\w-]{20,}/g, '******');

const SECRET =
  /((?:password|passwd|token|secret|api_?key|authorization)[\w"]*\s*[=:]\s*"?)(?:(?:bearer|basic)\s+)?[^\s",]+/gi;

/** Lines of a log in which neither tokens of agents nor what stands behind the name of a secret can be read. */
export const withoutSecrets = (lines: string): string => withoutTokens(lines.replace(SECRET, '$1******'));
