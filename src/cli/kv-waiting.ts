import type { Api } from '../http/api.ts';
import type { AgentClient, Answer, Manner } from './client.ts';
import { AgentRefusal } from './failure.ts';
import type { Known } from './waiting.ts';

/** A key with its value; nothing while there is none. */
export type MaybeEntry = Api['GET /kv/:key*']['answer'] | undefined;

/** The entry of a key. */
export async function entryOf(agent: AgentClient, key: string): Promise<MaybeEntry> {
  try {
    return await agent.ask('GET /kv/:key*', { params: { key } });
  } catch (error) {
    if (error instanceof AgentRefusal && error.code === 'not_found') return undefined;
    throw error;
  }
}

/** A read of a key that waits for its next change where a place is known, and then gives what is there. */
export function readChanges(agent: AgentClient, key: string) {
  let last: MaybeEntry;
  return async ({ index, wait }: Known, manner: Manner): Promise<Answer<MaybeEntry>> => {
    const page = await changesBehind(agent, { key, index, wait }, manner);
    if (page.isNew || page.changes.length > 0) last = await entryOf(agent, key);
    return { headers: { 'x-opsbro-index': page.index, 'x-opsbro-boot': '' }, body: last };
  };
}

interface Asked {
  readonly key?: string | undefined;
  readonly prefix?: string | undefined;
  readonly values?: '1' | undefined;
  readonly index?: string | undefined;
  readonly wait?: string | undefined;
}

/** The changes behind a place; without one, or with one that it does not know any more, none and the present place. */
export async function changesBehind(agent: AgentClient, asked: Asked, manner: Manner) {
  try {
    return { ...(await agent.ask('GET /kv-changes', { query: asked }, manner)), isNew: asked.index === undefined };
  } catch (error) {
    if (!(error instanceof AgentRefusal) || error.code !== 'index_gone') throw error;
    const { index } = await agent.ask('GET /kv-changes', {}, manner);
    return { index, changes: [], isNew: true };
  }
}
