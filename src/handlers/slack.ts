import type { ChatPostMessageArguments, WebClient } from '@slack/web-api';
import { z } from 'zod';
import { OpsbroError } from '../base/errors.ts';
import type { Alert } from '../model/alert.ts';
import type { CheckState } from '../model/check.ts';
import { withoutControls } from '../model/plugin-output.ts';
import { defineHandler } from '../plugins/kinds.ts';

const TIMEOUT_MS = 15_000;
const LONGEST_OUTPUT = 3_000;
const LONGEST_CHANNEL = 80;
const COLORS: Readonly<Record<CheckState, string>> = {
  ok: 'good',
  warning: 'warning',
  critical: 'danger',
  unknown: '#764FA5',
};

const Options = z.object({
  token: z.string().default('').describe('Bot token; SLACK_TOKEN of the environment when empty.'),
  channel: z.string().min(1).default('#alerts').describe('Name or id of the channel.'),
  create_channel: z.boolean().default(true).describe('Create the channel when it does not exist.'),
  api_url: z.url().default('https://slack.com/api/').describe('Where the API is, for proxies.'),
});
type Options = z.output<typeof Options>;

export default defineHandler({
  name: 'slack',
  description: 'Posts every confirmed change of state of a check to a Slack channel.',
  options: Options,

  configure(options) {
    const { SLACK_TOKEN = '' } = process.env;
    const token = options.token === '' ? SLACK_TOKEN : options.token;
    if (token === '') throw new OpsbroError('invalid_config', 'handler slack: no token');
    let room: Room | undefined;
    return {
      async notify({ alerts }) {
        room ??= new Room(await connect(token, options), options);
        for (const alert of alerts) await room.post(alert);
        return undefined;
      },
    };
  },
});

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

/** The channel that messages go to. One that does not exist is created, one that we are not in is joined, each once. */
class Room {
  readonly #client: WebClient;
  readonly #mayCreate: boolean;
  #channel: string;

  constructor(client: WebClient, { channel, create_channel }: Options) {
    this.#client = client;
    this.#channel = channel;
    this.#mayCreate = create_channel;
  }

  async post(alert: Alert): Promise<void> {
    try {
      await this.#send(alert);
    } catch (error) {
      const code = slackError(error);
      if (code === 'channel_not_found' && this.#mayCreate) await this.#create();
      else if (code === 'not_in_channel') await this.#client.conversations.join({ channel: this.#channel });
      else throw explained(error);
      await this.#send(alert);
    }
  }

  async #send(alert: Alert): Promise<void> {
    await this.#client.chat.postMessage(messageOf(alert, this.#channel));
  }

  async #create(): Promise<void> {
    const name = this.#channel
      .toLowerCase()
      .replace(/[^a-z0-9_-]/g, '')
      .slice(0, LONGEST_CHANNEL);
    const { channel } = await this.#client.conversations.create({ name });
    if (channel?.id) this.#channel = channel.id;
  }
}

function messageOf(alert: Alert, channel: string): ChatPostMessageArguments {
  const { node, name, displayName, oldState, state, severity, updated } = alert;
  const output = escaped(withoutControls(alert.output).slice(0, LONGEST_OUTPUT));
  const fields = [
    `*Node*\n${escaped(node.name)}`,
    `*Check*\n${escaped(displayName)}`,
    `*State*\n${oldState} → ${state}`,
  ];
  return {
    channel,
    text: `${state.toUpperCase()} ${escaped(name)} on ${escaped(node.name)}: ${output.split('\n', 1)[0]}`,
    attachments: [
      {
        color: COLORS[severity],
        blocks: [
          { type: 'section', text: mrkdwn(output.includes('\n') ? `\`\`\`${output}\`\`\`` : output) },
          { type: 'section', fields: fields.map(mrkdwn) },
          {
            type: 'context',
            elements: [mrkdwn(`Send by OpsBro on ${escaped(node.name)}, ${new Date(updated).toISOString()}`)],
          },
        ],
      },
    ],
  };
}

const mrkdwn = (text: string) => ({ type: 'mrkdwn', text: text === '' ? '(no output)' : text }) as const;

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

/** Slack's own code of an error, such as `channel_not_found`, and the right that is lacking, if it says so. */
function answerOf(error: unknown): { readonly error?: unknown; readonly needed?: unknown } {
  if (!(error instanceof Error && 'data' in error)) return {};
  return typeof error.data === 'object' && error.data !== null ? error.data : {};
}

const slackError = (error: unknown): unknown => answerOf(error).error;

function explained(error: unknown): unknown {
  const { error: code, needed } = answerOf(error);
  if (typeof code !== 'string') return error;
  const scope = typeof needed === 'string' ? ` (give the token the scope ${needed})` : '';
  return new OpsbroError('unreachable', `Slack answered ${code}${scope}`, { cause: error });
}
