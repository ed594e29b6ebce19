/** The web page: what the agent that serves it knows of every node, live. */
import { render } from 'preact';
import { App } from './app.tsx';
import { type Connection, goLive } from './live.ts';
import type { Frame } from './records.ts';
import { afterFrame, emptyView } from './store.ts';

const REDRAW_AGES_MS = 10_000;

const place = document.getElementById('page');
if (!place) throw new Error('the shell has no place for the page');
const root = place;

let view = emptyView;
let connection: Connection = 'connecting';
let announcement = '';

function draw(): void {
  const critical = [...view.checks.values()]
    .flatMap((checks) => [...checks.values()])
    .filter(({ state }) => state === 'critical');
  document.title = `${critical.length > 0 ? `(${critical.length}) ` : ''}${view.self.name || 'opsbro'} - opsbro`;
  render(
    <App view={view} connection={connection} now={Date.now() + view.clockOffset} announcement={announcement} />,
    root,
  );
}

/** A change as a sentence, if it is worth one. */
function sentenceOf(frame: Frame): string | undefined {
  if (frame.channel === 'gossip' && 'name' in frame.payload) return `${frame.payload.name} is ${frame.payload.state}`;
  if (frame.channel !== 'checks') return undefined;
  const { name, state, node } = frame.payload;
  return `${state}: ${name} on ${view.nodes.get(node)?.name ?? node}`;
}

goLive(new URL('/ws', location.href.replace(/^http/, 'ws')).href, {
  frames(frames) {
    for (const frame of frames) {
      view = afterFrame(view, frame, Date.now());
      announcement = sentenceOf(frame) ?? announcement;
    }
    draw();
  },
  connection(state) {
    connection = state;
    draw();
  },
});
setInterval(draw, REDRAW_AGES_MS);
