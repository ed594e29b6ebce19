import type { Logger } from '../../base/log.ts';
import type { RingNews } from './ports.ts';

const HOUR_MS = 3_600_000;

/** Writes news of the ring into the log, in the words of people. */
export function noteNews(log: Logger, news: RingNews, graceMs: number): void {
  switch (news.type) {
    case 'view':
      log.info({ members: news.members }, 'kv: the ring has other members');
      return;
    case 'settled':
      log.info({ members: news.members }, 'kv: every member of the ring has what belongs to it');
      return;
    case 'possible-loss':
      log.error({ gone: news.gone }, 'kv: possible loss: so many nodes are gone that all copies of some keys may be');
      return;
    case 'forgotten': {
      const away = `${spanOf(news.gapMs)}, longer than kv.tombstone_grace ${spanOf(graceMs)}`;
      log.warn(
        { node: news.node, keys: news.keys },
        `kv: was away ${away}; dropped the ${news.keys} keys that the others deleted meanwhile`,
      );
      return;
    }
    case 'set-aside':
      log.error({ records: news.records }, 'kv: records of a wrong clock were set aside; the others have theirs');
      return;
  }
}

const spanOf = (ms: number): string =>
  ms < 2 * HOUR_MS ? `${Math.round(ms / 1_000)}s` : `${Math.round(ms / HOUR_MS)}h`;
