import type { Adapter, Saying } from './adapter.ts';

const PATTERNS: ReadonlyMap<Saying['what'], RegExp> = new Map([
  ['join', /serf: EventMemberJoin: (\S+)/],
  ['left', /serf: EventMemberLeave: (\S+)/],
  ['failed', /serf: EventMemberFailed: (\S+)/],
  ['event', /Received event: user-event: (\S+)/],
  ['complaint', /\[(?:WARN|ERR)\] (.*)/],
]);

/** HashiCorp serf as it comes; `key` is in base64. */
export function serfAdapter(program: string, key: string | undefined): Adapter {
  return {
    name: 'serf',
    async start({ name, address, port, join }) {
      const place = [`-node=${name}`, `-bind=${address}:${port}`, `-rpc-addr=${address}:7373`, '-log-level=info'];
      const encrypt = key === undefined ? [] : [`-encrypt=${key}`];
      return [program, 'agent', ...place, ...encrypt, ...(join === undefined ? [] : [`-join=${join}`])];
    },
    read(line) {
      return [...PATTERNS].flatMap(([what, pattern]) => {
        const name = pattern.exec(line)?.[1];
        return name === undefined ? [] : [{ what, name }];
      });
    },
    event({ address }, name, payload) {
      return [program, 'event', `-rpc-addr=${address}:7373`, '-coalesce=false', name, payload];
    },
  };
}
