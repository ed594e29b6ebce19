import { useEffect, useState } from 'preact/hooks';
import type { Explanation } from './records.ts';

const SHOWN = 20;

/** Why a node is as it is: one sentence, and what was seen last. */
export function Why({ uuid }: { readonly uuid: string }) {
  const [answer, setAnswer] = useState<Explanation | 'asked' | 'failed'>('asked');
  useEffect(() => {
    const gone = new AbortController();
    explanationOf(uuid, gone.signal).then(setAnswer, () => gone.signal.aborted || setAnswer('failed'));
    return () => gone.abort();
  }, [uuid]);
  if (answer === 'asked') return <p class="quiet">Asking why…</p>;
  if (answer === 'failed') return <p class="quiet">The agent does not say why.</p>;
  const last = answer.evidence.slice(-SHOWN);
  return (
    <section class="why" aria-label="Why">
      {answer.summary && <p>{answer.summary}</p>}
      {last.length > 0 && (
        <ol>
          {last.map(({ at, kind, by, detail }, place) => (
            <li key={`${place} ${at}`}>
              <time dateTime={new Date(at).toISOString()}>{new Date(at).toLocaleTimeString()}</time>{' '}
              <strong>{by}</strong> {kind.replaceAll('-', ' ')} <span class="quiet">{factsOf(detail)}</span>
            </li>
          ))}
        </ol>
      )}
      <p class="quiet">
        <code>opsbro gossip why {uuid}</code>
      </p>
    </section>
  );
}

async function explanationOf(uuid: string, signal: AbortSignal): Promise<Explanation> {
  const answer = await fetch(`/agent/members/${encodeURIComponent(uuid)}/why`, { signal });
  if (!answer.ok) throw new Error(`the agent answered with ${answer.status}`);
  return (await answer.json()) as Explanation;
}

const factsOf = (detail: Explanation['evidence'][number]['detail']): string =>
  Object.entries(detail)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
