/**
 * What the kernel answers from memory in microseconds, and what lies in `/etc`. Such files are read every few seconds, and the four trips
 * through the thread pool that others take cost ten times the processor time of the reading itself (measured). Not among them is what may
 * make the kernel wait or add up: `cpuinfo`, the speed of a link, `memory.stat`, `cpu.stat`, `io.stat`, the tables of all sockets.
 */
const FILES = [
  '/proc/(?:diskstats|loadavg|meminfo|stat|uptime|vmstat)',
  '/proc/self/(?:mountinfo|cgroup)',
  '/proc/net/(?:dev|snmp|netstat|sockstat6?)',
  '/proc/pressure/[a-z]+',
  '/proc/sys/[\\w./-]+',
  '/proc/\\d+/(?:stat|comm|cgroup|net/dev)',
  '/sys/class/net/[^/]+/(?:mtu|type|address|flags|operstate)',
  '/sys/class/dmi/id/\\w+',
  '/sys/block/[^/]+/(?:size|removable|queue/rotational|device/(?:vendor|model))',
  '/sys/devices/system/cpu/online',
  '/sys/fs/cgroup/.*/?(?:memory\\.(?!stat|numa_stat)\\w+(?:\\.\\w+)?|pids\\.\\w+|cpuacct\\.\\w+|blkio\\.throttle\\.\\w+|cpu\\.(?:max|cfs_\\w+))',
  // Version 1 of control groups has nothing to add up for it.
  '/sys/fs/cgroup/cpu/(?:.*/)?cpu\\.stat',
  '/etc/(?:os-release|debian_version|timezone|hosts)',
];

const FOLDERS = ['/proc', '/proc/\\d+/fd', '/proc/self/fd', '/sys/block', '/sys/class/net', '/sys/class/dmi/id'];

const whole = (patterns: readonly string[]): RegExp => new RegExp(`^(?:${patterns.join('|')})$`);

const ANY_FILE = whole(FILES);
const ANY_FOLDER = whole(FOLDERS);
const ANY_LINK = whole(['/proc/\\d+/fd/\\d+']);

/** Whether the file at a path is better read at once than in the thread pool. */
export const isFileAtOnce = (path: string): boolean => ANY_FILE.test(path) && !path.includes('/../');

/** Whether the folder at a path is better read at once than in the thread pool. */
export const isFolderAtOnce = (path: string): boolean => ANY_FOLDER.test(path);

/** Whether the link at a path is better read at once than in the thread pool. */
export const isLinkAtOnce = (path: string): boolean => ANY_LINK.test(path);
