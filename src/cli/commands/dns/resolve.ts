import { defineCommand } from '../../command.ts';
import { type AnsweredRecord, askName } from '../../dns/question.ts';
import { portOf } from '../../door-port.ts';
import { escaped } from '../../escape.ts';
import { UsageError } from '../../failure.ts';

const TYPES = new Map([
  ['A', 1],
  ['NS', 2],
  ['SOA', 6],
  ['PTR', 12],
  ['TXT', 16],
  ['AAAA', 28],
  ['SRV', 33],
  ['ANY', 255],
]);
const TYPE_NAMES = new Map([...TYPES].map(([name, type]) => [type, name] as const));
const CODES = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'];

export default defineCommand({
  arguments: '<NAME> [TYPE]',
  examples: ['dns resolve web1.node.opsbro', 'dns resolve redis.service.opsbro SRV'],
  route: 'GET /agent/info',
  async run({ args: [name = '', typed = 'A'] }, { agent, terminal }) {
    const type = TYPES.get(typed.toUpperCase());
    if (type === undefined)
      throw new UsageError(`"${escaped(typed)}" is no type; write one of ${[...TYPES.keys()].join(', ')}`);
    const port = portOf(await agent.ask('GET /agent/info', {}), 'dns', 'dns.enabled');
    const { header, answers, additionals } = await askName(name.replace(/\.$/, ''), type, { port });
    const status = CODES[header.rcode] ?? `RCODE${header.rcode}`;
    const records = answers.map(recordJson);
    const further = additionals.filter(({ type: kind }) => TYPE_NAMES.has(kind)).map(recordJson);
    terminal.show({ status, answers: records, additionals: further }, () => {
      for (const record of [...records, ...further]) terminal.line(lineOf(record));
      if (records.length === 0) terminal.note(`${escaped(name)} ${typed.toUpperCase()}: ${status}, no answer`);
    });
    return records.length === 0 ? 1 : 0;
  },
});

/** A record in the words of a zone file. */
const recordJson = (record: AnsweredRecord) => ({
  name: `${record.name}.`,
  ttl: record.ttl,
  type: TYPE_NAMES.get(record.type) ?? `TYPE${record.type}`,
  data: dataOf(record),
});

const lineOf = ({ name, ttl, type, data }: ReturnType<typeof recordJson>): string =>
  [name, String(ttl), 'IN', type, data].map(escaped).join('\t');

function dataOf({ type, ...fields }: AnsweredRecord): string {
  const of = (...names: readonly string[]) => names.map((name) => fields[name]).join(' ');
  switch (TYPE_NAMES.get(type)) {
    case 'A':
    case 'AAAA':
      return of('address');
    case 'NS':
      return `${of('ns')}.`;
    case 'PTR':
      return `${of('domain')}.`;
    case 'SRV':
      return `${of('priority', 'weight', 'port', 'target')}.`;
    case 'SOA':
      return `${of('primary')}. ${of('admin')}. ${of('serial', 'refresh', 'retry', 'expiration', 'minimum')}`;
    default:
      return [fields['data']]
        .flat()
        .map((text) => JSON.stringify(String(text)))
        .join(' ');
  }
}
