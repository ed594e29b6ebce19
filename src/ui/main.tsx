/** The web page: what the agent that serves it knows of every node, live. */
import { render } from 'preact';
import { App } from './app.tsx';
import { get } from './ask.ts';
import { type Connection, goLive } from './live.ts';
import { redeemTicket } from './login.tsx';
import type { Frame, RepairRecord, Who } from './records.ts';
import { afterFrame, emptyView, healthOf, withRepairs } from './store.ts';

const REDRAW_AGES_MS = 10_000;

const place = document.getElementById('page');
if (!place) throw new Error('the shell has no place for the page');
const root = place;

const isServices = /^\/ui\/services\/?$/.test(location.pathname);

let view = emptyView;
let connection: Connection = 'connecting';
let announcement = '';
let who: Who | undefined;

function draw(): void {
  const critical = [...view.checks.values()]
    .flatMap((checks) => [...checks.values()])
    .filter(({ state }) => state === 'critical');
  document.title = `${critical.length > 0 ? `(${critical.length}) ` : ''}${view.self.name || 'opsbro'} - opsbro`;
  render(
    <App
      page={isServices ? 'services' : 'nodes'}
      view={view}
      connection={connection}
      who={who}
      now={Date.now() + view.clockOffset}
      announcement={announcement}
    />,
    root,
  );
}

/** What was repaired before the page was there, or while it was cut off. */
async function readHistory(): Promise<void> {
  const records = await get<RepairRecord[]>('/history/repairs?limit=50').catch(() => []);
  view = withRepairs(view, records.toReversed());
  draw();
}

/** A change as a sentence, if it is worth one. */
function sentenceOf(frame: Frame): string | undefined {
  if (frame.channel === 'gossip' && 'name' in frame.payload) return `${frame.payload.name} is ${frame.payload.state}`;
  if (frame.channel === 'health' && isServices) {
    const { service, health } = frame.payload;
    return health === null ? `${service} is no service any more` : `${service} is ${healthOf(frame.payload)}`;
  }
  if (frame.channel !== 'checks') return undefined;
  const { name, state, node } = frame.payload;
  return `${state}: ${name} on ${view.nodes.get(node)?.name ?? node}`;
}

const listener = {
  frames(frames: readonly Frame[]) {
    for (const frame of frames) {
      view = afterFrame(view, frame, Date.now());
      announcement = sentenceOf(frame) ?? announcement;
    }
    draw();
  },
  connection(state: Connection) {
    connection = state;
    if (isServices && state === 'live') void readHistory();
    draw();
  },
};
/** Who may not read has nothing to wait for but a login; an agent that is not there now is waited for. */
async function begin(): Promise<void> {
  await redeemTicket();
  who = await get<Who>('/login').catch(() => undefined);
  draw();
  if (who?.scope === null) return;
  goLive(new URL('/ws', location.href.replace(/^http/, 'ws')).href, listener, isServices ? ['repairs'] : []);
  setInterval(draw, REDRAW_AGES_MS);
}
void begin();
