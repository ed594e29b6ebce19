import type { ChatPostMessageArguments, WebClient } from '@slack/web-api';
import { Undeliverable } from '../../plugins/delivery.ts';
import { slackCode, slackFault } from './slack-faults.ts';
import type { SlackWords } from './slack-words.ts';

const LONGEST_CHANNEL = 80;
const PAGE = 1_000;
/** A workspace with more channels than this is searched in vain. */
const MOST_PAGES = 50;

/** Where in a channel something is said: as an answer to a message, which may be shown in the channel as well. */
export interface SlackThread {
  /** Time stamp of the message that is answered. */
  readonly of: string;
  readonly isShown: boolean;
}

interface RoomOptions {
  readonly channel: string;
  readonly mayCreate: boolean;
}

/** A channel that messages go to. One that does not exist is created, one that we are not in is joined, each once for a message. */
export class SlackRoom {
  readonly #client: WebClient;
  readonly #mayCreate: boolean;
  /** Its name, or its id as soon as that is known. */
  #channel: string;

  constructor(client: WebClient, { channel, mayCreate }: RoomOptions) {
    this.#client = client;
    this.#channel = channel;
    this.#mayCreate = mayCreate;
  }

  /** Posts, and answers with the time stamp of the message. Throws `TryLater`, `Undeliverable` or what may pass by itself. */
  async post(words: SlackWords, thread?: SlackThread): Promise<string | undefined> {
    try {
      try {
        return await this.#send(words, thread);
      } catch (error) {
        await this.#make(error);
        return await this.#send(words, thread);
      }
    } catch (error) {
      throw error instanceof Undeliverable ? error : slackFault(error);
    }
  }

  async #send(words: SlackWords, thread: SlackThread | undefined): Promise<string | undefined> {
    const place = thread && { thread_ts: thread.of, ...(thread.isShown && { reply_broadcast: true }) };
    const { ts } = await this.#client.chat.postMessage({
      channel: this.#channel,
      ...words,
      ...place,
    } as ChatPostMessageArguments);
    return ts;
  }

  /** Does away with why something could not be posted, or throws that error again. */
  async #make(error: unknown): Promise<void> {
    const code = slackCode(error);
    if (code === 'channel_not_found' && this.#mayCreate) await this.#create();
    else if (code === 'not_in_channel') await this.#join();
    else throw error;
  }

  async #create(): Promise<void> {
    const name = cleanName(this.#channel);
    try {
      const { channel } = await this.#client.conversations.create({ name });
      if (channel?.id) this.#channel = channel.id;
    } catch (error) {
      if (slackCode(error) !== 'name_taken') throw error;
      this.#channel = await this.#find(name);
      await this.#join();
    }
  }

  async #join(): Promise<void> {
    const { channel } = await this.#client.conversations.join({ channel: this.#channel });
    if (channel?.id) this.#channel = channel.id;
  }

  /** The id of the channel that has this name already. */
  async #find(name: string): Promise<string> {
    let cursor = '';
    for (let page = 0; page < MOST_PAGES; page++) {
      const { channels = [], response_metadata } = await this.#client.conversations.list({
        limit: PAGE,
        exclude_archived: false,
        types: 'public_channel,private_channel',
        ...(cursor !== '' && { cursor }),
      });
      const found = channels.find((each) => each.name === name);
      if (found?.id) return found.id;
      cursor = response_metadata?.next_cursor ?? '';
      if (cursor === '') break;
    }
    throw new Undeliverable(`Slack says that the channel ${name} exists and does not list it: invite the bot to it`);
  }
}

/** The name as Slack takes it. */
const cleanName = (channel: string): string =>
  channel
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '')
    .slice(0, LONGEST_CHANNEL);
