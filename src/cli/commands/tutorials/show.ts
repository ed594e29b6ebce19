import { delay, systemClock } from '../../../base/clock.ts';
import { defineCommand } from '../../command.ts';
import { drawable } from '../../drawable.ts';
import { UsageError } from '../../failure.ts';
import { homeOf } from '../../find-agent.ts';

const LONGEST_PAUSE_MS = 10_000;

export default defineCommand({
  arguments: '<NAME>',
  options: { speed: { kind: 'value', placeholder: 'N', description: 'how many times as fast; 1 when left out' } },
  examples: ['tutorials show cli', 'tutorials show cli --speed 3'],
  route: 'none',
  async run({ args: [name = ''], options }, { globals, world, terminal }) {
    const speed = Number(options.speed ?? 1);
    if (!(speed > 0)) throw new UsageError(`"${options.speed}" is no speed (expected a number such as 2 or 0.5)`);
    const stop = new AbortController();
    using _interrupt = world.onInterrupt(() => stop.abort());
    const { tutorialRecording } = await import('../../../agent/tutorials.ts');
    const recording = await tutorialRecording(homeOf(globals, world), name);
    if (terminal.json) {
      terminal.show(recording, () => {});
      return;
    }
    for (const [seconds, text] of recording.stdout) {
      const pause = Math.min(LONGEST_PAUSE_MS, (seconds * 1_000) / speed);
      await delay(systemClock, pause, stop.signal).catch(() => undefined);
      if (stop.signal.aborted) break;
      terminal.bytes(Buffer.from(drawable(text)));
    }
    // Colours that a recording left on would stay.
    terminal.bytes(Buffer.from('\u001b[0m\n'));
  },
});
