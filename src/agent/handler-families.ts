import type { Family, Sample } from '../http/exposition.ts';
import type { HandlerRecord } from '../model/handler.ts';

/** How the handlers fare, for `/metrics`. */
export function handlerFamilies(handlers: readonly HandlerRecord[]): Family[] {
  const each = (value: (handler: HandlerRecord) => number): Sample[] =>
    handlers.map((handler) => ({ labels: { handler: handler.id }, value: value(handler) }));
  const results = handlers.flatMap(({ id: handler, sent, failed, dropped, dead }): Sample[] =>
    Object.entries({ sent, failed, dropped, dead }).map(([result, value]) => ({ labels: { handler, result }, value })),
  );
  const told = handlers.filter(({ lastSuccess }) => lastSuccess !== null);
  return [
    {
      name: 'opsbro_handler_queue',
      help: 'Messages that wait.',
      type: 'gauge',
      samples: each(({ pending }) => pending),
    },
    {
      name: 'opsbro_handler_up',
      help: '1 while the last attempt of a handler went well.',
      type: 'gauge',
      samples: each(({ state }) => (state === 'error' ? 0 : 1)),
    },
    {
      name: 'opsbro_handler_sent_total',
      help: 'Messages, by what became of them.',
      type: 'counter',
      samples: results,
    },
    {
      name: 'opsbro_handler_seconds',
      help: 'What the last attempt took.',
      type: 'gauge',
      samples: each(({ lastSeconds }) => lastSeconds),
    },
    {
      name: 'opsbro_handler_last_success_timestamp',
      help: 'When a message last arrived, in epoch seconds.',
      type: 'gauge',
      samples: told.map(({ id: handler, lastSuccess }) => ({ labels: { handler }, value: (lastSuccess ?? 0) / 1_000 })),
    },
  ];
}
