import { hash } from 'node:crypto';
import { secureBytes } from './random.ts';

const BYTES = 32;

/** A text of 43 letters, digits, `-` and `_` that nobody can guess. */
export const newSecret = (): string => Buffer.from(secureBytes(BYTES)).toString('base64url');

/** What is kept in place of a secret: its SHA-256 in lower-case hex. A secret has too many values for that to be turned back. */
export const secretHash = (secret: string): string => hash('sha256', secret);
