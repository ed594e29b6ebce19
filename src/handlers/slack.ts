import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { OpsbroError } from '../base/errors.ts';
import type { Alert, Message } from '../model/alert.ts';
import { CHECK_STATES, type CheckState } from '../model/check.ts';
import { defineHandler } from '../plugins/kinds.ts';
import { Recent } from './support/recent.ts';
import { SlackRoom, type SlackThread } from './support/slack-room.ts';
import { slackWords } from './support/slack-words.ts';

const TIMEOUT_MS = 15_000;
const CHANNEL = '#alerts';
const MOST_THREADS = 2_000;

const Options = z.object({
  token: z.string().default('').describe('Bot token; SLACK_TOKEN of the environment when empty.'),
  channel: z
    .union([z.string().min(1), z.partialRecord(z.enum(CHECK_STATES), z.string().min(1))])
    .default(CHANNEL)
    .describe('Name or id of the channel, or a map from severities to such.'),
  create_channel: z.boolean().default(true).describe('Create the channel when it does not exist.'),
  api_url: z.url().default('https://slack.com/api/').describe('Where the API is, for proxies.'),
  threads: z
    .boolean()
    .default(false)
    .describe('true: what follows on an alert is an answer to its first message; its end is shown in the channel too.'),
});
type Options = z.output<typeof Options>;

export default defineHandler({
  name: 'slack',
  description: 'Posts alerts to a Slack channel, which it creates when it is missing.',
  options: Options,

  configure(options) {
    const { SLACK_TOKEN = '' } = process.env;
    const token = options.token === '' ? SLACK_TOKEN : options.token;
    if (token === '') throw new OpsbroError('invalid_config', 'handler slack: no token');
    const workspace = new Workspace(token, options);
    return {
      async notify(message) {
        await workspace.post(message);
        return undefined;
      },
    };
  },
});

/** What one token reaches. */
class Workspace {
  readonly #token: string;
  readonly #options: Options;
  readonly #rooms = new Map<string, SlackRoom>();
  /** Time stamps of the first messages, by channel and alert. */
  readonly #threads = new Recent<string>(MOST_THREADS);
  #client: WebClient | undefined;

  constructor(token: string, options: Options) {
    this.#token = token;
    this.#options = options;
  }

  async post(message: Message): Promise<void> {
    const [worst] = message.alerts;
    if (!worst) return;
    const channel = channelFor(this.#options, worst.severity);
    const room = await this.#room(channel);
    const [only, ...others] = message.alerts;
    const alert = this.#options.threads && others.length === 0 ? only : undefined;
    const stamp = await room.post(slackWords(message), alert && this.#threadOf(alert, channel));
    if (alert && stamp !== undefined && !this.#threads.get(`${channel} ${alert.id}`)) {
      this.#threads.set(`${channel} ${alert.id}`, stamp);
    }
  }

  #threadOf({ id, status }: Alert, channel: string): SlackThread | undefined {
    const of = this.#threads.get(`${channel} ${id}`);
    return of === undefined ? undefined : { of, isShown: status === 'resolved' };
  }

  async #room(channel: string): Promise<SlackRoom> {
    this.#client ??= await connect(this.#token, this.#options);
    const known = this.#rooms.get(channel);
    if (known) return known;
    const room = new SlackRoom(this.#client, { channel, mayCreate: this.#options.create_channel });
    this.#rooms.set(channel, room);
    return room;
  }
}

const channelFor = ({ channel }: Options, severity: CheckState): string =>
  typeof channel === 'string' ? channel : (channel[severity] ?? CHANNEL);

/** Loads the client only when there is something to say. It neither retries nor prints by itself. */
async function connect(token: string, { api_url: slackApiUrl }: Options): Promise<WebClient> {
  const { LogLevel, WebClient } = await import('@slack/web-api');
  const say = () => {};
  return new WebClient(token, {
    slackApiUrl,
    timeout: TIMEOUT_MS,
    rejectRateLimitedCalls: true,
    retryConfig: { retries: 0 },
    logger: {
      debug: say,
      info: say,
      warn: say,
      error: say,
      setLevel: say,
      setName: say,
      getLevel: () => LogLevel.ERROR,
    },
  });
}
