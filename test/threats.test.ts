import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

/** By threat, as SECURITY.md names it: where it is tried, and by which test. */
const TRIED: Readonly<Record<string, readonly (readonly [file: string, test: string])[]>> = {
  'gossip injection': [
    ['gossip/wire/encryption', 'with one bit flipped anywhere is dropped'],
    ['gossip/clear-text', 'of a pool with a key nothing can be read on the wire'],
  ],
  replay: [
    ['gossip/replay', 'changes nothing there, nobody who left comes back'],
    ['gossip/records/replay-guard', 'are never fresh twice'],
    ['peer/hostile', 'a request counts once'],
  ],
  'malicious member': [
    ['gossip/hostile', 'whatever strangers say, nothing is thrown, our own record stays ours'],
    ['gossip/serf/events', 'a flood of events is cut off'],
  ],
  amplification: [['gossip/amplification', 'makes us send no more than was asked']],
  'peer impersonation': [
    ['peer/hostile', 'a session is not taken up again'],
    ['peer/hostile', 'nothing is answered in the clear where there is a key'],
  ],
  'remote commands': [['http/rules', '/exec/all?cmd=aWQ=']],
  'commands by check registration': [['agent/api-objects', 'test.each<[string, YamlMap, string]>']],
  'commands by the evaluator': [
    ['expressions/safety', 'no way out of the language'],
    ['http/every-route', 'is for nobody without the right token'],
  ],
  'injection into expressions': [['checks/script', 'arrives unchanged as one argument, and is never program']],
  'prototype pollution': [
    ['config/yaml', 'maps have no prototype'],
    ['http/every-route', 'takes no harm from garbage'],
    ['functions/functions', "test.each(['constructor', '__proto__', 'toString'])"],
  ],
  'requests to inner addresses by checks': [['checks/http', 'http://169.254.169.254/']],
  'path traversal': [
    ['http/door', "'/kv/%2e%2e/b'"],
    ['http/page', '..%2Fsecret.js'],
    ['access/path-prefix', 'is below %j'],
  ],
  'unsafe deserialization': [['graphite/pickle', 'a pickle that would do something']],
  'template injection': [
    ['handlers/mail', 'nothing in an alert can add a header'],
    ['templates/templates', 'a name leads nowhere else'],
  ],
  'web pages that drive the agent': [
    ['http/door', 'a host or a page of somebody else is refused'],
    ['http/reader', 'a foreign page and a foreign name are refused at once'],
    ['http/login', 'a form of another page logs nobody in'],
    ['http/login', 'changes when the page itself asks'],
  ],
  'guessed tokens': [
    ['access/gate', 'the eleventh try of an address is not looked at'],
    ['access/failures', 'has no fresh tries for each of its addresses'],
    ['websocket/admission', 'who says nothing is closed after 5 s'],
  ],
  'unix socket': [['http/door', 'the socket and its folder are for user and group only']],
  'dns abuse': [['dns/hostile', 'random and mutated packets']],
  'floods of telemetry': [
    ['statsd/statsd', 'who may not send is refused and counted'],
    ['graphite/graphite', 'have so many connections at a time'],
  ],
  'secrets in answers and logs': [
    ['e2e/secrets', 'no route of the API shows a secret'],
    ['config/references', 'without any value'],
    ['config/token-file', 'does not find it in the log'],
    ['repair/engine', 'secrets are not in the audit'],
  ],
  'parsing without end': [
    ['http/every-route', 'does not read a body without end'],
    ['http/json-depth', 'is too deep'],
    ['http/door', 'who does not finish the head of a request is told and cut off'],
    ['http/door', 'one client has only so many connections'],
  ],
  'slow handlers': [['handlers/webhook', 'a retry is the same delivery']],
  'stores of newer versions': [['kv/level', 'refuses a store of a newer format']],
};

const read = (path: string) => readFile(new URL(path, import.meta.url), 'utf8');
const written = await read('../SECURITY.md');
const rows = written.slice(written.indexOf('## Threats')).matchAll(/^\| ([^|]+?) \|/gm);
const threats = [...rows].map(([, threat = '']) => threat).filter((threat) => !/^(threat|-+)$/.test(threat));

test('every threat that is written down is tried, and every one that is tried is written down', () => {
  expect(threats.toSorted()).toEqual(Object.keys(TRIED).toSorted());
});

test.each(Object.entries(TRIED))('%s', async (_, tests) => {
  for (const [file, name] of tests) expect(await read(`${file}.test.ts`), file).toContain(name);
});
