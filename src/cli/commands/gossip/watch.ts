import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { memberLine } from '../../member-text.ts';
import { changesWanted, type Frame, WATCH_OPTIONS, watch } from '../../watch.ts';

export default defineCommand({
  options: { count: WATCH_OPTIONS.count },
  examples: ['gossip watch', 'gossip watch --count 1 --json'],
  route: '/ws',
  async run({ options }, context) {
    const { terminal } = context;
    const lineOf = ({ channel, payload, ts }: Frame) => {
      if (channel !== 'gossip') return undefined;
      const what = 'name' in payload ? memberLine(payload, terminal) : `  - ${escaped(payload.uuid)}  forgotten`;
      return `${terminal.time(ts)}${what}`;
    };
    await watch({ channel: 'gossip', lineOf }, changesWanted({ watch: true, ...options }), context);
  },
});
