import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';

/** What the server does wrong on purpose; see python/tests/hub_server.py. Bytes a second, bytes. */
export interface HubBehaviour {
  rate?: number;
  cut_after?: number;
  status?: number;
  gated?: string[];
  damage?: string;
}

/** A local server that speaks the Hub's API over the model directories below `folder`. */
export interface LocalHub {
  url: string;
  behave(behaviour: HubBehaviour): Promise<void>;
  /** Requests so far, `METHOD PATH RANGE`. */
  requests(): Promise<string[]>;
  stop(): Promise<void>;
}

export async function startLocalHub(root: string, folder: string): Promise<LocalHub> {
  const child: ChildProcess = spawn(join(root, '.venv/bin/python'), ['-m', 'tests.hub_server', folder], {
    cwd: join(root, 'python'),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  if (child.stdout === null) throw new Error('the local hub has no output');
  const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return {
    url,
    async behave(behaviour) {
      await fetch(`${url}/_control`, { method: 'POST', body: JSON.stringify(behaviour) });
    },
    async requests() {
      const answer = (await (await fetch(`${url}/_control`)).json()) as { requests: string[] };
      return answer.requests;
    },
    async stop() {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}
