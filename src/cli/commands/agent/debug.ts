import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { systemClock } from '../../../base/clock.ts';
import { type TarEntry, tarOf } from '../../../base/tar.ts';
import type { AgentClient } from '../../client.ts';
import { defineCommand } from '../../command.ts';
import { withoutSecrets } from '../../credentials.ts';
import { sentenceOf } from '../../failure.ts';
import { isHere } from '../../find-agent.ts';
import { linesOfPart } from '../../log-files.ts';
import { writePrivateFile } from '../../private-file.ts';

const LOG_LINES = 1_000;

export default defineCommand({
  options: {
    out: {
      kind: 'value',
      placeholder: 'FILE',
      description: 'where to write it, for its owner alone; a name with the time when left out',
    },
  },
  examples: ['agent debug', 'agent debug --out /tmp/debug.tar.gz'],
  route: 'GET /debug/state',
  async run({ options: { out } }, { agent, globals, terminal, world }) {
    const now = systemClock.wall();
    const info = await agent.ask('GET /agent/info', {});
    const isLogHere = isHere(info, globals, world);
    const parts = isLogHere ? await agent.ask('GET /log/parts/', {}) : [];
    const entry = (name: string, text: string): TarEntry => ({
      ...{ name: `opsbro-debug/${name}`, bytes: Buffer.from(text), modified: now },
    });
    const answers = Object.entries(asked(agent)).map(async ([name, answer]) => entry(name, await textOf(answer)));
    const logs = parts.flatMap((part) => {
      const lines = linesOfPart(info.home.log, part, { lines: LOG_LINES });
      return lines === undefined ? [] : [entry(`log/${part}.log`, `${withoutSecrets(lines.join('\n'))}\n`)];
    });
    const bundle = gzipSync(tarOf([entry('info.json', jsonText(info)), ...(await Promise.all(answers)), ...logs]));
    const stamp = new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
    const file = resolve(world.cwd, out ?? `opsbro-debug-${stamp}.tar.gz`);
    await writePrivateFile({ path: file, option: '--out' }, (opened) => opened.writeFile(bundle));
    if (!isLogHere) terminal.note('the log is not in it: it lies on the machine of the agent; run this there');
    terminal.show({ file, bytes: bundle.length }, () => terminal.line(file));
  },
});

/** By the name of its file, what is asked; the agent leaves secrets out of all of it. */
const asked = (agent: AgentClient): Readonly<Record<string, Promise<unknown>>> => ({
  'health.json': agent.ask('GET /agent/health', {}),
  'state.json': agent.ask('GET /debug/state', {}),
  'memory.json': agent.ask('GET /debug/memory', {}),
  'threads.json': agent.ask('GET /debug/threads', {}),
  'members.json': agent.ask('GET /agent/members', {}),
  'modules.json': agent.ask('GET /agent/modules', {}),
  'parameters.json': agent.ask('GET /agent/parameters', {}),
  'problems.json': agent.ask('GET /config/problems', {}),
  'history-config.json': agent.ask('GET /history/config', { query: {} }),
});

/** What the agent does not answer is told in its place: the rest is worth having. */
async function textOf(answer: Promise<unknown>): Promise<string> {
  try {
    return jsonText(await answer);
  } catch (error) {
    return `${sentenceOf(error)}\n`;
  }
}

const jsonText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
