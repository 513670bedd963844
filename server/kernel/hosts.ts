import { z } from 'zod';

const Address = z.union([z.ipv4(), z.ipv6()], 'must be an IP address');
const HERE = new Set(['127.0.0.1', 'localhost']);
/** Set by the launcher, for each rank another. */
const OURS =
  /^(MLX_RANK|MLX_HOSTFILE|MLX_WORLD_SIZE|MLX_IBV_DEVICES|MLX_JACCL_\w+|NCCL_(HOST_IP|PORT)|MLX_CODE_\w+)=/;

/** One rank: a line of a hostfile as `mlx.distributed_config` writes it. */
const Host = z.strictObject({
  ssh: z
    .string()
    .regex(/^[A-Za-z0-9_][\w.@:-]{0,252}$/, 'must be a name or an address that ssh knows')
    .describe('how ssh reaches it; 127.0.0.1 for this machine'),
  ips: z.array(Address).default([]),
  rdma: z.array(z.union([z.string().min(1), z.array(z.string().min(1)), z.null()])).default([]),
});

const Shape = z.strictObject({
  backend: z.enum(['ring', 'jaccl', 'jaccl-ring', 'nccl']).default('ring'),
  hosts: z.array(Host).min(2, 'needs two ranks at least').max(64),
  envs: z
    .array(
      z
        .string()
        .regex(/^[A-Za-z_]\w*=[^\0\n]*$/, 'must be NAME=VALUE')
        .refine((value) => !OURS.test(value), 'is set by MLX Code itself'),
    )
    .default([]),
  models: z.array(z.string().min(1)).min(1, 'names the models that run over these hosts'),
  port: z.int().min(1024).max(60_000).default(32_323),
  python: z.string().startsWith('/', 'must be an absolute path').optional(),
  folder: z.string().startsWith('/', 'must be an absolute path').optional(),
});

/**
 * The machines that models too large for one run over: a hostfile of mlx.launch, and which models. The first host is
 * this machine. `python` and `folder`: the interpreter and this checkout's `python` folder on the others, where they
 * differ from here. Unknown keys and contradictions are refused by name.
 */
export const Hosts = Shape.superRefine((given, context) => {
  for (const [path, message] of contradictions(given)) context.addIssue({ code: 'custom', path, message });
});

export type Hosts = z.infer<typeof Hosts>;

/** Whether this rank is a process of this machine. */
export function isHere(host: { ssh: string }): boolean {
  return HERE.has(host.ssh);
}

type Contradiction = [path: (string | number)[], message: string];

function contradictions(given: z.infer<typeof Shape>): Contradiction[] {
  const { backend, hosts } = given;
  const found: Contradiction[] = [];
  const [first] = hosts;
  if (first && !isHere(first)) {
    found.push([['hosts', 0, 'ssh'], 'must be 127.0.0.1: the first rank runs beside the daemon']);
  }
  const addressed = backend === 'ring' ? hosts : hosts.slice(0, 1);
  for (const [index, host] of addressed.entries()) {
    if (host.ips.length === 0) found.push([['hosts', index, 'ips'], `is needed for ${backend}`]);
  }
  if (!hosts.every(isHere) && first?.ips.some((ip) => ip.startsWith('127.') || ip === '::1')) {
    found.push([['hosts', 0, 'ips'], 'must be an address that the other hosts can reach']);
  }
  return [...found, ...(backend.startsWith('jaccl') ? rdmaGaps(hosts) : rdmaOfOthers(given))];
}

function rdmaGaps(hosts: z.infer<typeof Host>[]): Contradiction[] {
  return hosts.flatMap(({ rdma }, index): Contradiction[] =>
    rdma.length === hosts.length && rdma[index] === null
      ? []
      : [[['hosts', index, 'rdma'], 'needs one device for each host, and null for itself']],
  );
}

function rdmaOfOthers({ backend, hosts }: z.infer<typeof Shape>): Contradiction[] {
  return hosts.flatMap(({ rdma }, index): Contradiction[] =>
    rdma.length === 0 ? [] : [[['hosts', index, 'rdma'], `is for jaccl, not for ${backend}`]],
  );
}
