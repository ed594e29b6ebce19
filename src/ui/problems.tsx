import { StateSign } from './signs.tsx';
import { problemsOf, type View } from './store.ts';

const SHOWN = 20;

/** What is wrong now, worst first; the first thing to read. */
export function Problems({ view }: { readonly view: View }) {
  const problems = problemsOf(view);
  return (
    <section aria-labelledby="problems-title">
      <h2 id="problems-title">What is wrong now</h2>
      {problems.length === 0 ? (
        <p class="quiet">Nothing: every check of every living node is fine.</p>
      ) : (
        <ul class="problems">
          {problems.slice(0, SHOWN).map(({ node, name, state, output, hard }) => (
            <li key={`${node} ${name}`}>
              <StateSign state={state} />
              <span class="where">
                <strong>{name}</strong> on {view.nodes.get(node)?.name ?? node}
                {hard ? '' : ' (not confirmed yet)'}
              </span>
              <span class="output">{output}</span>
            </li>
          ))}
        </ul>
      )}
      {problems.length > SHOWN && <p class="quiet">and {problems.length - SHOWN} more below</p>}
    </section>
  );
}
