import type { KvChange } from '../../model/kv.ts';
import { changeOf } from './about.ts';
import type { Gateway } from './gateway.ts';
import type { Places } from './places.ts';
import { gone } from './refusal.ts';
import { revisionOf, watchLineOf } from './wire.ts';

interface Options {
  readonly gateway: Gateway;
  readonly places: Places;
}

interface Span {
  /** In base64, as the gateway takes them. */
  readonly key: string;
  readonly range_end: string;
  /** A place within it that is written so that the end of the past can be told from a pause. */
  readonly mark: string;
}

/** Reads changes that etcd still keeps. A watch does not say where the past ends, so a mark is written and read up to. */
export class Past {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** The changes of all keys behind a revision, oldest first, at most so many. Rejects with `index_gone` when some are not kept any more. */
  async changes(revision: number, limit: number): Promise<readonly KvChange[]> {
    const { places } = this.#options;
    const found: KvChange[] = [];
    const outcome = await this.#read({ ...places.abouts('marked'), mark: places.mark }, revision + 1, (change) => {
      found.push(change);
      return found.length === limit ? 'enough' : 'more';
    });
    if (outcome !== 'whole') throw gone();
    return found;
  }

  /** The last changes of a key, as far back as they are kept. */
  async history(key: string, limit: number): Promise<readonly KvChange[]> {
    const { gateway, places } = this.#options;
    const span = places.aboutMarked(key);
    let found: KvChange[] = [];
    const take = (change: KvChange) => {
      found = [...found, change].slice(-limit);
      return 'more' as const;
    };
    const outcome = await this.#read(span, 1, take);
    if (outcome !== 'whole') await this.#read(span, outcome.from, take);
    await gateway.call('kv/deleterange', { key: span.mark }, 'again');
    return found;
  }

  async #read(
    { mark, ...range }: Span,
    from: number,
    take: (change: KvChange) => 'more' | 'enough',
  ): Promise<'whole' | { readonly from: number }> {
    const { gateway, places } = this.#options;
    const end = revisionOf(await gateway.call('kv/put', { key: mark }, 'again'));
    const stop = new AbortController();
    const body = { create_request: { ...range, prev_kv: true, start_revision: String(from) } };
    try {
      for await (const line of gateway.lines('watch', body, stop.signal)) {
        const { isCanceled, compacted, events } = watchLineOf(line);
        if (compacted > 0) return { from: compacted };
        if (isCanceled) throw gone();
        for (const event of events) {
          if (event.now.revision >= end) return 'whole';
          const change = changeOf(event, places, null);
          if (change !== undefined && take(change) === 'enough') return 'whole';
        }
      }
      throw gone();
    } finally {
      stop.abort();
    }
  }
}
