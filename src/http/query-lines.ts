import { messageOf, OpsbroError } from '../base/errors.ts';
import type { QueryAnswer, QueryOutcome } from '../model/pool.ts';
import { errorBody } from './errors.ts';
import { queryAnswerJson } from './pool-records.ts';

/** The answers to a query as lines of JSON, each as it comes, and then who confirmed it; a failure is the last line. */
export function queryLines(
  ask: (heard: (answer: QueryAnswer) => void) => Promise<QueryOutcome>,
): ReadableStream<Uint8Array> {
  let isOpen = true;
  return new ReadableStream<Uint8Array>({
    async start(stream) {
      const put = (line: unknown) => {
        if (isOpen) stream.enqueue(Buffer.from(`${JSON.stringify(line)}\n`));
      };
      // What the query is waited for must not hold back the head of the answer.
      void finished(ask((answer) => put(queryAnswerJson(answer)))).then((last) => {
        put(last);
        if (isOpen) stream.close();
        isOpen = false;
      });
    },
    cancel() {
      isOpen = false;
    },
  });
}

async function finished(asked: Promise<QueryOutcome>): Promise<unknown> {
  try {
    const { acks, timeoutMs } = await asked;
    return { acks, timeout_ms: timeoutMs };
  } catch (error) {
    return errorBody(error instanceof OpsbroError ? error : new OpsbroError('internal', messageOf(error)));
  }
}
