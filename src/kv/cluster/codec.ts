/** What nodes of the ring say to each other, as bytes. The first byte says in which form, so that another one can come later. */
import { ANSWER } from './answer-forms.ts';
import { ByteReader, ByteWriter, Senseless } from './bytes.ts';
import { type Form, many, VIEW } from './forms.ts';
import type { Envelope, Reply } from './messages.ts';
import { QUESTION } from './question-forms.ts';

const FORMAT = 1;
const VIEWS = many(VIEW, 16);

const ENVELOPE: Form<Envelope> = {
  write(to, { clock, views, question }) {
    to.uint64(clock);
    VIEWS.write(to, views);
    QUESTION.write(to, question);
  },
  read: (from) => ({ clock: from.uint64(), views: VIEWS.read(from), question: QUESTION.read(from) }),
};

const REPLY: Form<Reply> = {
  write(to, { clock, wall, view, ready, answer }) {
    to.uint64(clock);
    to.double(wall);
    VIEW.write(to, view);
    VIEW.write(to, ready);
    ANSWER.write(to, answer);
  },
  read: (from) => ({
    clock: from.uint64(),
    wall: from.double(),
    view: VIEW.read(from),
    ready: VIEW.read(from),
    answer: ANSWER.read(from),
  }),
};

/** The bytes of a question on its way. */
export const encodeEnvelope = (envelope: Envelope): Uint8Array => write(ENVELOPE, envelope);

/** The question of such bytes, whose memory it goes on sharing; `undefined` when they are none. */
export const decodeEnvelope = (bytes: Uint8Array): Envelope | undefined => read(ENVELOPE, bytes);

/** The bytes of an answer on its way. */
export const encodeReply = (reply: Reply): Uint8Array => write(REPLY, reply);

/** The answer of such bytes, whose memory it goes on sharing; `undefined` when they are none. */
export const decodeReply = (bytes: Uint8Array): Reply | undefined => read(REPLY, bytes);

function write<Message>(form: Form<Message>, message: Message): Uint8Array {
  const to = new ByteWriter();
  to.byte(FORMAT);
  form.write(to, message);
  return to.written;
}

function read<Message>(form: Form<Message>, bytes: Uint8Array): Message | undefined {
  const from = new ByteReader(bytes);
  try {
    if (from.byte() !== FORMAT) return undefined;
    const message = form.read(from);
    from.end();
    return message;
  } catch (error) {
    if (error instanceof Senseless) return undefined;
    throw error;
  }
}
