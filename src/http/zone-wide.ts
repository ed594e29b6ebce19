/** Asks the other nodes of the zone what a route of theirs answers. */
export interface ZoneReads {
  /** Id of this node. */
  self(): string;
  /** By node id, the answers, and why others did not answer. */
  ask(target: string): Promise<{ readonly nodes: Map<string, unknown>; readonly errors: ReadonlyMap<string, string> }>;
}

/** The parameter by which all nodes of the zone are asked, as it is described. */
export const SCOPE = 'scope';
/** The same in one word, as services are asked for. */
const CLUSTER = 'cluster';
/** With the whole zone nobody waits for news, as it has no number for what it knows. */
const OF_ONE_NODE = ['index', 'wait', 'boot', SCOPE, CLUSTER];

/** What the other nodes are asked when a query is for the whole zone; `undefined` when it is not. */
export function targetForAll(path: string, query: string): string | undefined {
  const fields = new URLSearchParams(query);
  if (fields.get(SCOPE) !== 'zone' && fields.get(CLUSTER) !== '') return undefined;
  for (const name of OF_ONE_NODE) fields.delete(name);
  return fields.size === 0 ? path : `${path}?${fields}`;
}

/** What this node and all others of the zone answer, by their ids. */
export async function zoneAnswer(zone: ZoneReads, target: string, own: () => Promise<unknown>) {
  const [answer, { nodes, errors }] = await Promise.all([own(), zone.ask(target)]);
  return {
    nodes: Object.fromEntries([[zone.self(), answer], ...nodes]),
    errors: Object.fromEntries(errors),
  };
}
