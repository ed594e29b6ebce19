/** The program that runs the code of one health package, so that nothing in it can hold up or bring down the agent. */
import { messageOf } from '../../base/errors.ts';
import { channelToStarter } from '../../net/line-channel.ts';
import type { RunnerRequest } from '../protocol.ts';
import { contextOf, takeAnswer } from './context.ts';
import { Package } from './package.ts';

const files = new Package();
const end = () => process.exit(0);
const channel = channelToStarter((message) => void take(message), end);

async function take(message: unknown): Promise<void> {
  if (typeof message !== 'object' || message === null) return;
  if ('answer' in message) return takeAnswer(message as never);
  const { id, ...request } = message as RunnerRequest & { readonly id: number };
  try {
    channel.send({ id, result: (await carryOut(request as RunnerRequest)) ?? null });
  } catch (error) {
    channel.send({ id, fault: error instanceof Error ? (error.stack ?? error.message) : messageOf(error) });
  }
}

async function carryOut(request: RunnerRequest): Promise<unknown> {
  const ask = (question: unknown) => channel.send(question);
  switch (request.do) {
    case 'load':
      return await files.load(request.path, request.revision);
    case 'check':
      return await files.check(request, contextOf(request.context, ask));
    case 'diagnose':
      return await files.diagnose(request, request.code, contextOf(request.context, ask));
    case 'act':
      return await files.act(request, contextOf(request.context, ask));
  }
}
