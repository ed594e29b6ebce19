import { OpsbroError } from '../base/errors.ts';
import type { KeyringAnswer, KeyringOperation, KeyringOutcome, QueryAnswer, QueryFilters } from '../model/pool.ts';
import type { Core } from './core/core.ts';
import { isLive } from './core/node.ts';
import type { KeyringHolder } from './keyring-holder.ts';
import { KEY_QUERIES } from './serf/internal-queries.ts';
import type { Talk } from './talk.ts';
import { gossipKey } from './wire/keyring.ts';
import { decodeQueryPayload, encodeQueryPayload } from './wire/query-payloads.ts';

/** An answer may be lost: so often those that stayed silent are asked again, by name as long as a query has room for the names. */
const RETRIES = 2;
const MAX_ASKED_AGAIN = 16;
const NO_KEY = new Uint8Array();

/** Changes the keys of all members at once, and lists them. */
export class PoolKeys {
  readonly #core: Core;
  readonly #talk: Talk;
  readonly #holder: KeyringHolder;

  constructor(core: Core, talk: Talk, holder: KeyringHolder) {
    this.#core = core;
    this.#talk = talk;
    this.#holder = holder;
  }

  /** See `PoolActions.keyring`. Also throws `conflict` on the use of a key that not every living member has. */
  async do(operation: KeyringOperation, key?: string): Promise<KeyringOutcome> {
    if (this.#holder.state !== 'keyed') {
      const text =
        'the pool is not encrypted; write the key file on every node, then reload; `opsbro gossip zone key generate` makes one';
      throw new OpsbroError('conflict', this.#holder.problem || text);
    }
    if (operation === 'list') return await this.#ask('list', NO_KEY);
    const bytes = keyBytes(key);
    // Whoever does not have the key could not read what is encrypted with it from then on.
    if (operation === 'use') await this.#checkEverywhere(bytes);
    return await this.#ask(operation, bytes);
  }

  async #checkEverywhere(key: Uint8Array): Promise<void> {
    const fingerprint = fingerprintOf(key);
    const { answers, silent } = await this.#ask('list', NO_KEY);
    const lacking = answers.filter(({ keys }) => !keys.includes(fingerprint)).map(({ node }) => node);
    if (lacking.length > 0) {
      const text = `${lacking.join(', ')} ${lacking.length > 1 ? 'lack' : 'lacks'} the key ${fingerprint}; install it first`;
      throw new OpsbroError('conflict', text, { details: { lacking, silent } });
    }
    if (silent.length > 0) {
      const text = `${silent.join(', ')} did not answer; whether every member has the key ${fingerprint} is not known`;
      throw new OpsbroError('conflict', text, { details: { lacking, silent } });
    }
  }

  async #ask(operation: KeyringOperation, key: Uint8Array): Promise<KeyringOutcome> {
    const answers = new Map<string, KeyringAnswer>();
    const ask = (filters: QueryFilters) =>
      this.#talk.ask(
        { name: KEY_QUERIES[operation], payload: encodeQueryPayload({ kind: 'keyRequest', key }), filters },
        (answer) => {
          const read = answerOf(answer);
          if (read) answers.set(answer.from, read);
        },
      );
    await ask({});
    for (let tries = RETRIES; tries > 0; tries -= 1) {
      const silent = this.#silent(answers);
      if (silent.length > 0 && silent.length <= MAX_ASKED_AGAIN) await ask({ nodes: silent });
    }
    const sorted = [...answers.values()].sort((a, b) => (a.node < b.node ? -1 : 1));
    return { answers: sorted, silent: this.#silent(answers) };
  }

  #silent(answers: ReadonlyMap<string, unknown>): string[] {
    const living = [...this.#core.nodes.values()].filter(isLive).map(({ name }) => name);
    return living.filter((name) => !answers.has(name)).sort();
  }
}

function answerOf({ from, payload }: QueryAnswer): KeyringAnswer | undefined {
  const answer = decodeQueryPayload(payload);
  if (answer.kind !== 'keyResponse') return undefined;
  const { keys, message, primaryKey, result } = answer;
  const shown = keys.map((key) => fingerprintOf(Buffer.from(key, 'base64'))).filter((key) => key !== '');
  const primary = fingerprintOf(Buffer.from(primaryKey, 'base64'));
  return { node: from, ok: result, message, keys: shown, primary };
}

function keyBytes(key: string | undefined): Uint8Array {
  const bytes = Buffer.from(key ?? '', 'base64');
  const isKey = bytes.toString('base64').replaceAll('=', '') === key?.trim().replaceAll('=', '');
  if (!isKey || fingerprintOf(bytes) === '') {
    throw new OpsbroError('bad_request', 'a key is 16, 24 or 32 bytes in base64; `opsbro agent keygen` makes one');
  }
  return bytes;
}

/** Empty for what is no key. */
const fingerprintOf = (key: Uint8Array): string => gossipKey(key)?.fingerprint ?? '';
