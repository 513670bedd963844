import { describe, expect, test } from 'vitest';
import { readConfig } from './config.ts';

const here = { ssh: '127.0.0.1', ips: ['10.0.0.1'] };
const there = { ssh: 'studio.local', ips: ['10.0.0.2'] };
const good = { hosts: [here, there], models: ['hf:org/large'] };

const read = (hosts: unknown) =>
  readConfig({ args: ['--home', '/nowhere'], environment: { MLX_CODE_HOSTS: JSON.stringify(hosts) } }).hosts;
const refused = (changes: Record<string, unknown>, message: RegExp) =>
  expect(() => read({ ...good, ...changes })).toThrow(message);

describe('the hosts setting', () => {
  test('is absent unless given, and takes a hostfile of mlx.launch with the models that run over it', () => {
    expect(readConfig({ args: ['--home', '/nowhere'], environment: {} }).hosts).toBeUndefined();
    expect(read(good)).toMatchObject({ backend: 'ring', port: 32_323, envs: [], models: ['hf:org/large'] });
    const rdma = [
      { ssh: 'localhost', ips: ['10.0.0.1'], rdma: [null, 'rdma_en2'] },
      { ssh: 'b', ips: [], rdma: ['rdma_en3', null] },
    ];
    expect(read({ ...good, backend: 'jaccl', hosts: rdma, envs: ['MLX_METAL_FAST_SYNCH=1'] })?.hosts).toEqual(
      rdma,
    );
    expect(read({ ...good, backend: 'nccl', hosts: [here, { ssh: 'b' }] })?.backend).toBe('nccl');
  });

  test('refuses unknown keys by name', () => {
    refused({ slots: 2 }, /MLX_CODE_HOSTS\.slots in the environment/);
    refused({ hosts: [here, { ...there, slots: 2 }] }, /MLX_CODE_HOSTS\.hosts\.1\.slots/);
    refused({ backend: 'mpi' }, /MLX_CODE_HOSTS\.backend/);
    expect(() => readConfig({ args: ['--home', '/nowhere', '--hosts', 'a,b'], environment: {} })).toThrow(
      /--hosts/,
    );
  });

  test('refuses contradictions by name', () => {
    refused({ hosts: [here] }, /hosts\.hosts.* two ranks/i);
    refused({ models: [] }, /\.models/);
    refused({ hosts: [there, here] }, /hosts\.0\.ssh.*must be 127\.0\.0\.1/);
    refused({ hosts: [here, { ssh: 'b' }] }, /hosts\.1\.ips.*is needed for ring/);
    refused({ hosts: [{ ssh: '127.0.0.1', ips: ['127.0.0.1'] }, there] }, /hosts\.0\.ips.*can reach/);
    refused({ backend: 'jaccl' }, /hosts\.0\.rdma.*one device for each host/);
    refused({ hosts: [here, { ...there, rdma: ['rdma_en3', null] }] }, /hosts\.1\.rdma.*not for ring/);
  });

  test('refuses names that ssh would take for options, and variables that the launcher sets', () => {
    refused({ hosts: [here, { ...there, ssh: '-oProxyCommand=x' }] }, /hosts\.1\.ssh/);
    refused({ envs: ['MLX_RANK=3'] }, /envs\.0/);
    refused({ envs: ['no value'] }, /envs\.0/);
    refused({ python: 'python3' }, /\.python/);
  });
});
