import type { Host } from '../net/host.ts';
import { readIfThere } from './files.ts';
import { firmware, metadata, type Service } from './metadata.ts';

/** By what the machines of hosters are known without asking anybody; nothing is ever asked of a metadata service that has no such sign. */

export const isAlibaba = async (host: Host): Promise<boolean> =>
  (await firmware(host, 'sys_vendor')) === 'Alibaba Cloud';

/** Also of a Hyper-V of one's own; only in Azure does the metadata service answer. */
export const mayBeAzure = async (host: Host): Promise<boolean> =>
  (await firmware(host, 'board_vendor')) === 'Microsoft Corporation';

export const isDigitalOcean = async (host: Host): Promise<boolean> =>
  (await firmware(host, 'sys_vendor')) === 'DigitalOcean';

export async function isEc2(host: Host): Promise<boolean> {
  if ((await firmware(host, 'sys_vendor')) === 'Amazon EC2') return true;
  if ((await firmware(host, 'product_uuid')).toLowerCase().startsWith('ec2')) return true;
  return ((await readIfThere(host, '/sys/hypervisor/version/extra')) ?? '').endsWith('.amazon');
}

export async function isGoogleCloud(host: Host): Promise<boolean> {
  if ((await firmware(host, 'board_vendor')) === 'Google') return true;
  return (await firmware(host, 'product_name')) === 'Google Compute Engine';
}

export async function isOpenstack(host: Host): Promise<boolean> {
  const product = await firmware(host, 'product_name');
  if (product === 'OpenStack Nova' || product === 'OpenStack Compute') return true;
  return (await firmware(host, 'chassis_asset_tag')) === 'OpenStack Nova';
}

export const isScaleway = (host: Host): Promise<boolean> => host.exists('/etc/scw-release');

export const isSynology = (host: Host): Promise<boolean> => host.exists('/etc/synoinfo.conf');

const EC2_TOKEN = 'http://169.254.169.254/latest/api/token';
const TOKEN_SECONDS = '300';

/** The headers that the metadata service of EC2 wants: its second version a token; the first knows of none and is asked without. */
export async function ec2Headers(service: Service): Promise<Record<string, string>> {
  const headers = { 'X-aws-ec2-metadata-token-ttl-seconds': TOKEN_SECONDS };
  const token = await metadata(service, EC2_TOKEN, { method: 'PUT', headers }).catch(() => '');
  return token === undefined || token === '' ? {} : { 'X-aws-ec2-metadata-token': token };
}
