import { isObject } from '../../openstack/json.ts';
import { beyond, type Probing } from '../../openstack/probing.ts';
import type { Rates } from '../../openstack/rates.ts';
import { type Queue, queuePage } from './rabbit-queues.ts';

const PAGE_SIZE = 500;
const MOST_QUEUES = 20_000;
const COLUMNS = 'name,vhost,messages,consumers,state,type';
const NOTIFICATIONS = /^\/?(versioned_)?notifications\./;

/** Notes what waits in the queues, apart from what nobody waits for. Only who wants everything has them asked for. */
export async function noteQueues(
  probing: Probing,
  management: (path: string) => Promise<unknown>,
  rates: Rates,
): Promise<void> {
  await beyond(probing, 'rabbitmq_queues', async () => {
    const sums = {
      notification_messages: 0,
      msgs_excl_notifications: 0,
      msgs_without_consumers: 0,
      queues_without_consumers: 0,
    };
    for (let [page, pages] = [1, 1]; page <= pages; page++) {
      const answer = await management(`queues?columns=${COLUMNS}&page=${page}&page_size=${PAGE_SIZE}`);
      const read = queuePage(answer);
      if (read === undefined) return;
      for (const queue of read.queues) add(sums, queue);
      pages = Math.min(read.pages, MOST_QUEUES / PAGE_SIZE);
    }
    const { report, host } = probing;
    for (const [name, sum] of Object.entries(sums)) report.set(`rabbitmq_${name}`, sum);
    const growing = 'rabbitmq_msgs_excl_notifications';
    const grown = rates.perSecond(growing, sums.msgs_excl_notifications, host.clock.now(), 'level');
    report.set(`${growing}_per_second`, grown);
  });
  await beyond(probing, 'rabbitmq_nodes', async () => {
    const nodes = await management('nodes?columns=name,running');
    if (!Array.isArray(nodes)) return;
    probing.report.set('rabbitmq_nodes', nodes.length);
    probing.report.set(
      'rabbitmq_nodes_running',
      nodes.filter(isObject).filter(({ running }) => running === true).length,
    );
  });
}

interface Sums {
  notification_messages: number;
  msgs_excl_notifications: number;
  msgs_without_consumers: number;
  queues_without_consumers: number;
}

/** Numbers of a queue that was just made are missing; it is passed over. */
function add(sums: Sums, { name, messages, consumers }: Queue): void {
  if (messages === undefined || consumers === undefined || name === '') return;
  if (consumers === 0) {
    sums.msgs_without_consumers += messages;
    if (messages > 0) sums.queues_without_consumers += 1;
  } else if (NOTIFICATIONS.test(name)) sums.notification_messages += messages;
  else sums.msgs_excl_notifications += messages;
}
