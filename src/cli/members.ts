import type { IncomingHttpHeaders } from 'node:http';
import type { Api } from '../http/api.ts';
import type { AgentClient, Manner } from './client.ts';
import { cursorIn } from './pages.ts';

/** A member as the agent shows it. */
export type Member = Api['GET /agent/members/:ref']['answer'];

interface Listing {
  readonly members: readonly Member[];
  /** What the head of the first page says. */
  readonly headers: IncomingHttpHeaders;
}

/** All pages of the list of members. */
export async function allMembers(
  agent: AgentClient,
  query: NonNullable<Api['GET /agent/members']['query']> = {},
  manner: Manner = {},
): Promise<Listing> {
  const first = await agent.askWhole('GET /agent/members', { query }, manner);
  const members = Object.values(first.body);
  let next = cursorIn(first.headers);
  while (next !== undefined) {
    const { filter } = query;
    const page = await agent.askWhole('GET /agent/members', { query: { filter, after: next } }, manner);
    members.push(...Object.values(page.body));
    next = cursorIn(page.headers);
  }
  return { members, headers: first.headers };
}

/** Members by zone and name. */
export const sorted = (members: readonly Member[]): Member[] =>
  [...members].sort((a, b) => order(a.zone, b.zone) || order(a.name, b.name));

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
