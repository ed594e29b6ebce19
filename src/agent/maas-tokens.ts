import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { isToken, type Token } from '../openstack/keystone.ts';
import type { TokenKey, TokenStore } from '../openstack/tokens.ts';
import { readSmallFile, writeSmallFile } from './small-file.ts';

const ONLY_OWNER = 0o600;

/** Keeps tokens in files of a folder that only their owner may read. What cannot be read or written is passed over. */
export function tokenFiles(folder: string): TokenStore {
  const fileOf = (key: TokenKey) => join(folder, `maas-token-${digestOf(key)}.json`);
  return {
    async load(key) {
      try {
        const kept: unknown = JSON.parse(readSmallFile(fileOf(key)) ?? 'null');
        return isToken(kept) ? kept : undefined;
      } catch {
        return undefined;
      }
    },
    async save(key, token: Token) {
      try {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        writeSmallFile(fileOf(key), JSON.stringify(token), ONLY_OWNER);
      } catch {
        // The next run asks again.
      }
    },
  };
}

const digestOf = ({ authUrl, user, project }: TokenKey): string =>
  createHash('sha256').update(`${authUrl},${user},${project}`).digest('hex');
