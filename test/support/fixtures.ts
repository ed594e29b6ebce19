import { readFileSync } from 'node:fs';

/** What a real server once answered, as a text. */
export const recorded = (name: string): string =>
  readFileSync(new URL(`../fixtures/collectors/${name}`, import.meta.url), 'utf8');

/** A page that answers with a text. */
export const page = (text: string, status = 200) => ({ status, body: Buffer.from(text) });
