import { z } from 'zod';
import { delay } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import { timeLimit } from '../net/either-signal.ts';
import { ApiDown, ProbeError } from '../openstack/metric.ts';
import type { Probing } from '../openstack/probing.ts';
import { Rates } from '../openstack/rates.ts';
import { CollectError } from '../plugins/outcomes.ts';
import { askWithClient, askWithLibrary, STATEMENTS, type Statement } from './support/galera-asking.ts';
import {
  GALERA_METRICS,
  galeraFault,
  type MysqlTexts,
  noteGalera,
  noteGrowth,
  queriesIn,
} from './support/galera-maas.ts';
import { MORE_OF_GALERA, noteMoreOfGalera } from './support/galera-more.ts';
import { defineProbe } from './support/maas-probe.ts';

const DEFAULTS_FILE = '/root/.my.cnf';

export default defineProbe({
  name: 'galera_check',
  description: 'Whether a MariaDB of a Galera cluster has its data and is part of the cluster that works.',
  group: 'openstack-controller',
  measurement: 'maas_galera',
  positionals: [],
  short: { host: 'H', port: 'P' },
  options: z.object({
    host: z
      .string()
      .default('')
      .describe('Name or address of the server; as the defaults file says, or localhost, when empty.'),
    port: z.coerce
      .number()
      .int()
      .min(0)
      .max(65_535)
      .default(0)
      .describe('Port of the server; as the defaults file says, or 3306, when 0.'),
    socket: z.string().default('').describe('Path of its unix socket; as the defaults file says when empty.'),
    defaults_file: z
      .string()
      .default(DEFAULTS_FILE)
      .describe('Option file whose section [client] tells where the server is and who logs in.'),
    qps_window: z.coerce
      .number()
      .min(0)
      .max(60)
      .default(1)
      .describe('Seconds over which queries are counted; 0: their number since the start.'),
    client: z.boolean().default(false).describe('Let the program mariadb or mysql ask instead of asking directly.'),
    require_synced: z.boolean().default(false).describe('A state other than synced is an error.'),
  }),
  metrics: [...GALERA_METRICS, ...MORE_OF_GALERA],

  configure: (options) => {
    const counting = new Counting();
    const rates = new Rates();
    return async (probing) => {
      const look = options.client ? askWithClient : askWithLibrary;
      const ask: Ask = (statement) => asked(probing, (signal) => look(probing.host, signal, options, statement));
      const texts = await ask(STATEMENTS.all);
      const askedAt = probing.host.clock.now();
      if (texts.status.size === 0) throw new ProbeError('No output received from mysql. Cannot gather metrics.');
      const fault = galeraFault(texts, options);
      if (fault?.isTold === false) throw new ProbeError(fault.text);
      const perSecond = await counting.perSecond(probing, queriesIn(texts), { ask, seconds: options.qps_window });
      probing.report.set('queries_per_second', perSecond);
      noteGalera(probing.report, texts);
      noteMoreOfGalera(probing.report, texts);
      noteGrowth(probing.report, texts, rates, askedAt);
      if (fault !== undefined) throw new ProbeError(fault.text);
    };
  },
});

type Ask = (statement: Statement) => Promise<MysqlTexts>;

interface Window {
  readonly ask: Ask;
  /** 0: the number since the start is wanted. */
  readonly seconds: number;
}

/** Counts statements between two looks: the first time it looks again after a while, later it remembers. */
class Counting {
  #last: { readonly at: number; readonly queries: bigint } | undefined;

  async perSecond(
    probing: Probing,
    queries: bigint | undefined,
    { ask, seconds }: Window,
  ): Promise<number | bigint | undefined> {
    const { clock } = probing.host;
    if (seconds === 0 || queries === undefined) return queries;
    const before = this.#last;
    const now = { at: clock.now(), queries };
    this.#last = now;
    if (before !== undefined) return rateOf(before, now);
    await delay(clock, seconds * 1_000, probing.signal);
    const later = queriesIn(await ask(STATEMENTS.queries));
    return later === undefined ? undefined : rateOf(now, { at: clock.now(), queries: later });
  }
}

interface Look {
  readonly at: number;
  readonly queries: bigint;
}

/** Unknown when the server was started anew in between. */
function rateOf(before: Look, after: Look): number | undefined {
  const seconds = (after.at - before.at) / 1_000;
  if (seconds <= 0 || after.queries < before.queries) return undefined;
  return Math.round(Number(after.queries - before.queries) / seconds);
}

/** Nobody to ask is an error here, with what the server or the system says. */
async function asked(probing: Probing, look: (signal: AbortSignal) => Promise<MysqlTexts>): Promise<MysqlTexts> {
  const { host, signal, web } = probing;
  const limit = timeLimit(host.clock, Math.max(1, web.leftMs), signal);
  try {
    return await look(limit.signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ProbeError) throw error;
    // What the server says of itself it says as one that is there.
    throw error instanceof CollectError
      ? new ProbeError(error.message, { cause: error })
      : new ApiDown(messageOf(error), 0, { cause: error });
  } finally {
    limit[Symbol.dispose]();
  }
}
