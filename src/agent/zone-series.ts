/** The series of all nodes of the zone as one: asks the others, and answers them. */
import { z } from 'zod';
import { OpsbroError } from '../base/errors.ts';
import type { SeriesScope, SeriesView } from '../http/series-view.ts';
import { packSeries, type SharedSeries, unpackSeries } from '../metrics/exchange.ts';
import { mergeSeries } from '../metrics/merging.ts';
import type { Annotation, AnnotationQuery, Annotations } from '../model/annotation.ts';
import type { Member, Membership } from '../model/member.ts';
import type { FoundPath, SeriesReader, SeriesRemover, SeriesValues } from '../model/series.ts';
import type { PeerClient } from '../peer/client.ts';
import type { PeerCall, PeerRoute } from '../peer/route.ts';
import type { RenderRange } from '../render/function.ts';
import type { Selection } from '../render/source.ts';
import { askZone, peerEndpoint, zonePeers } from './zone-peers.ts';

const PART = 'series';
const VALUES = '/values';
const NAMES = '/names';
const REMOVED = '/removed';
const TIMEOUT_MS = 2_000;
const MOST_ANSWER = 32 * 1024 * 1024;
const MOST_NAMES = 200_000;
const MOST_TEXT = 65_536;
const MOST_SELECTIONS = 2_000;
const MOST_REMOVED = 1_000;

/** What a node has. */
export interface OwnSeries {
  readonly store: Pick<
    SeriesReader,
    'names' | 'find' | 'tagged' | 'tagValues' | 'methodOf' | 'beginningWith' | 'read'
  > &
    SeriesRemover;
  readonly annotations: Annotations;
}

interface Parts {
  readonly own: OwnSeries;
  readonly membership: Membership;
  readonly client: Pick<PeerClient, 'ask'>;
}

const Text = z.string().max(MOST_TEXT);
const Time = z.number().min(0).max(Number.MAX_SAFE_INTEGER);
const ValuesAsked = z.object({
  selections: z
    .array(
      z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('path'), pattern: Text }),
        z.object({ kind: z.literal('tags'), expressions: z.array(Text).max(64) }),
      ]),
    )
    .max(MOST_SELECTIONS),
  from: Time,
  until: Time,
});

const NamesAsked = z.discriminatedUnion('ask', [
  z.object({ ask: z.literal('find'), pattern: Text }),
  z.object({ ask: z.literal('names') }),
  z.object({ ask: z.literal('tagged'), expressions: z.array(Text).max(64) }),
  z.object({ ask: z.literal('tag-values'), tag: Text.optional() }),
  z.object({
    ask: z.literal('annotations'),
    from: Time.optional(),
    until: Time.optional(),
    tags: z.array(Text).max(100).optional(),
    set: z.enum(['union', 'intersection']).optional(),
  }),
]);

const RemovalAsked = z.object({ names: z.array(z.string().max(1_024)).max(MOST_REMOVED) });
const Removal = z.object({ removed: z.int().min(0) });

/** A question about names; the answer is a list of rows. */
type Question = z.output<typeof NamesAsked>;

const Row = z.union([
  Text,
  z.tuple([Text, z.boolean()]),
  z.tuple([Text, Text, z.int().min(0)]),
  z.object({ id: z.int(), what: Text, when: Time, tags: z.array(Text).max(100), data: Text }),
]);
const Rows = z.array(Row).max(MOST_NAMES);
type Row = z.output<typeof Row>;

/** What peers of the own zone may ask for. */
export function seriesRoutes({ own, membership }: Pick<Parts, 'own' | 'membership'>): readonly PeerRoute[] {
  const asked = <T extends z.ZodType>(schema: T, call: PeerCall): z.output<T> => {
    if (call.peer.zone !== membership.self.zone)
      throw new OpsbroError('forbidden', 'only nodes of the same zone may ask');
    const read = schema.safeParse(call.json());
    if (read.success) return read.data;
    throw new OpsbroError(
      'bad_request',
      `the question is none that this version knows: ${read.error.message.slice(0, 200)}`,
    );
  };
  const common = { part: PART, method: 'POST', maxBody: 256 * 1024, concurrency: 16 } as const;
  return [
    {
      ...common,
      path: VALUES,
      async handle(call) {
        const { selections, ...range } = asked(ValuesAsked, call);
        return packSeries(await ownValues(own, selections, range));
      },
    },
    { ...common, path: NAMES, handle: (call) => ownRows(own, asked(NamesAsked, call)) },
    {
      ...common,
      path: REMOVED,
      async handle(call) {
        return { removed: await own.store.remove(asked(RemovalAsked, call).names) };
      },
    },
  ];
}

async function ownValues(
  { store }: OwnSeries,
  selections: readonly Selection[],
  range: RenderRange,
): Promise<readonly (readonly SharedSeries[])[]> {
  const names = await Promise.all(
    selections.map((each) => (each.kind === 'path' ? store.names(each.pattern) : store.tagged(each.expressions))),
  );
  const read = await store.read([...new Set(names.flat())], range);
  const byName = new Map(read.map((series) => [series.name, series]));
  return names.map((list) =>
    list.flatMap((name) => {
      const series = byName.get(name);
      return series ? [{ ...series, method: store.methodOf(name) ?? ('average' as const) }] : [];
    }),
  );
}

async function ownRows({ store, annotations }: OwnSeries, question: Question): Promise<readonly Row[]> {
  switch (question.ask) {
    case 'find':
      return store.find(question.pattern).map(({ path, isLeaf }): Row => [path, isLeaf]);
    case 'names':
      return store.beginningWith('', { after: '', limit: MOST_NAMES });
    case 'tagged':
      return await store.tagged(question.expressions);
    case 'tag-values':
      return [...store.tagValues(question.tag)].flatMap(([tag, values]) =>
        Array.from(values, ([value, count]): Row => [tag, value, count]),
      );
    case 'annotations':
      return (await annotations.list(queryOf(question))).map((each) => ({ ...each, tags: [...each.tags] }));
  }
}

const queryOf = ({ from, until, tags, set }: Extract<Question, { ask: 'annotations' }>): AnnotationQuery => ({
  ...(from !== undefined && { from }),
  ...(until !== undefined && { until }),
  ...(tags !== undefined && { tags }),
  ...(set !== undefined && { set }),
});

/** The series of a scope. Throws `not_found` for a node that is not there. */
export function seriesView(scope: SeriesScope, parts: Parts): SeriesView {
  const { membership } = parts;
  if (scope.kind !== 'node') return new View(parts, scope.kind === 'zone' ? zonePeers(membership) : [], 'with own');
  const { id, name } = membership.self;
  if (scope.name === name || scope.name === id) return new View(parts, [], 'with own');
  const peer = zonePeers(membership).find((member) => member.name === scope.name || member.id === scope.name);
  if (peer) return new View(parts, [peer], 'without own');
  throw new OpsbroError('not_found', `no living node of this zone is named "${scope.name}"`);
}

class View implements SeriesView {
  readonly missing = new Set<string>();
  readonly #parts: Parts;
  readonly #peers: readonly Member[];
  readonly #own: readonly OwnSeries[];

  constructor(parts: Parts, peers: readonly Member[], own: 'with own' | 'without own') {
    this.#parts = parts;
    this.#peers = peers;
    this.#own = own === 'with own' ? [parts.own] : [];
  }

  async fetch(selections: readonly Selection[], range: RenderRange): Promise<readonly (readonly SeriesValues[])[]> {
    const [own, others] = await Promise.all([
      Promise.all(this.#own.map((each) => ownValues(each, selections, range))),
      this.#ask(VALUES, { selections, ...range }, (body) => unpackSeries(body)),
    ]);
    const answers = [...own, ...others.filter((lists) => lists.length === selections.length)];
    const [only] = answers;
    if (answers.length === 1 && only) return only;
    return selections.map((_, at) => merged(answers.flatMap((lists) => lists[at] ?? [])));
  }

  async annotations(query: AnnotationQuery): Promise<readonly Annotation[]> {
    const rows = await this.#rows({ ask: 'annotations', ...query, tags: query.tags ? [...query.tags] : undefined });
    return rows.filter(isAnnotation).sort((a, b) => a.when - b.when);
  }

  async find(pattern: string): Promise<readonly FoundPath[]> {
    const found = new Map<string, FoundPath>();
    for (const row of await this.#rows({ ask: 'find', pattern })) {
      if (!Array.isArray(row) || row.length !== 2) continue;
      const [path, isLeaf] = row;
      found.set(`${path} ${isLeaf}`, { path, isLeaf });
    }
    return [...found.values()].sort((a, b) => order(a.path, b.path) || Number(a.isLeaf) - Number(b.isLeaf));
  }

  async names(): Promise<readonly string[]> {
    return this.#texts({ ask: 'names' });
  }

  async tagged(expressions: readonly string[]): Promise<readonly string[]> {
    return this.#texts({ ask: 'tagged', expressions: [...expressions] });
  }

  async tagValues(tag?: string): Promise<ReadonlyMap<string, ReadonlyMap<string, number>>> {
    const counts = new Map<string, Map<string, number>>();
    for (const row of await this.#rows({ ask: 'tag-values', tag })) {
      if (!Array.isArray(row) || row.length !== 3) continue;
      const [name, value, count] = row;
      const values = counts.get(name) ?? new Map<string, number>();
      counts.set(name, values.set(value, (values.get(value) ?? 0) + count));
    }
    return counts;
  }

  async remove(names: readonly string[]): Promise<number> {
    if (names.length > MOST_REMOVED) throw new OpsbroError('bad_request', `more than ${MOST_REMOVED} paths`);
    const [own, others] = await Promise.all([
      Promise.all(this.#own.map(({ store }) => store.remove(names))),
      this.#ask(REMOVED, { names }, (body) => Removal.parse(JSON.parse(Buffer.from(body).toString())).removed),
    ]);
    return [...own, ...others].reduce((sum, count) => sum + count, 0);
  }

  async #texts(question: Question): Promise<readonly string[]> {
    const rows = await this.#rows(question);
    return [...new Set(rows.filter((row) => typeof row === 'string'))].sort();
  }

  async #rows(question: Question): Promise<readonly Row[]> {
    const [own, others] = await Promise.all([
      Promise.all(this.#own.map((each) => ownRows(each, question))),
      this.#ask(NAMES, question, (body) => Rows.parse(JSON.parse(Buffer.from(body).toString()))),
    ]);
    return [...own, ...others].flat();
  }

  /** Asks the peers that have not failed yet, all at once. */
  async #ask<Answer>(path: string, body: unknown, read: (body: Uint8Array) => Answer): Promise<readonly Answer[]> {
    if (this.#peers.length === 0) return [];
    const peers = new Set(this.#peers.map(({ id }) => id));
    const { answers, silent } = await askZone(this.#parts.membership, async (_, member) => {
      if (!peers.has(member.id) || this.missing.has(member.name)) return undefined;
      const ask = {
        method: 'POST',
        path: `/peer/v1/${PART}${path}`,
        body,
        timeoutMs: TIMEOUT_MS,
        maxBody: MOST_ANSWER,
      } as const;
      return { answer: read((await this.#parts.client.ask(peerEndpoint(member), ask)).body) };
    });
    for (const name of silent.keys()) this.missing.add(name);
    // In an order that does not depend on who was faster.
    return [...answers].sort(([a], [b]) => order(a, b)).flatMap(([, each]) => (each ? [each.answer] : []));
  }
}

const order = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const isAnnotation = (row: Row): row is Extract<Row, { id: number }> => typeof row === 'object' && 'what' in row;

/** Series of the same name become one, by the way in which their values are brought together. */
function merged(all: readonly SharedSeries[]): readonly SeriesValues[] {
  const byName = new Map<string, SharedSeries[]>();
  for (const series of all) {
    const same = byName.get(series.name);
    if (same) same.push(series);
    else byName.set(series.name, [series]);
  }
  return [...byName]
    .sort(([a], [b]) => order(a, b))
    .flatMap(([name, [first, ...others]]) => {
      if (!first) return [];
      return others.length === 0 ? [first] : [mergeSeries(name, [first, ...others], first.method)];
    });
}
