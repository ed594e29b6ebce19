import { expect, test } from 'vitest';
import { agents } from '../support/agent.ts';

const TOPICS = ['service_discovery', 'automatic_detection', 'monitoring', 'metrology'] as const;
const EVERY_DOOR = {
  OPSBRO_STATSD__ENABLED: 'true',
  OPSBRO_STATSD__PORT: '0',
  OPSBRO_GRAPHITE__ENABLED: 'true',
  OPSBRO_GRAPHITE__PORT: '0',
};

/** The doors that belong to no topic: programs and people can always ask. */
const ALWAYS = ['http', 'websocket'];
const DOORS: Readonly<Record<(typeof TOPICS)[number], readonly string[]>> = {
  service_discovery: ['gossip', 'peer'],
  automatic_detection: [],
  monitoring: [],
  metrology: ['graphite', 'statsd'],
};

const switched = (topic: string, how: boolean) => [`OPSBRO_${topic.toUpperCase()}_TOPIC_ENABLED`, String(how)] as const;

test.each(TOPICS)(
  'with %s alone an agent comes to work, and the doors of the others are closed',
  async (only) => {
    await using pool = agents();
    const topics = Object.fromEntries(TOPICS.map((topic) => switched(topic, topic === only)));
    const agent = await pool.start('a', { ...EVERY_DOOR, ...topics }).ready();

    expect(await agent.opsbro('agent', 'wait-initialized')).toMatchObject({ code: 0, stdout: 'ok\n' });
    expect(
      Object.keys(agent.ports)
        .filter((door) => door !== 'dns')
        .sort(),
    ).toEqual([...ALWAYS, ...DOORS[only]].sort());
    const info = (await agent.json('agent', 'info')) as { topics: Record<string, boolean> };
    expect(Object.entries(info.topics).flatMap(([topic, isOn]) => (isOn ? [topic] : []))).toEqual([
      only.replace('_', ' '),
    ]);
  },
  60_000,
);
