import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '#db/client.ts';
import { openTestDatabase } from '#db/testing.ts';
import { createEgress, type Egress } from './egress.ts';
import { isPublicAddress } from './public-address.ts';

let database: Database;
const servers: Server[] = [];
beforeEach(() => {
  database = openTestDatabase();
});
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
  database.close();
});

async function listen(handler: RequestListener): Promise<string> {
  const server = createServer(handler);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const trusting = (trusted: string | undefined): Egress => createEgress({ database, trusted });

describe('an address on this machine or its network is refused before anything is sent', () => {
  const addresses = [
    'http://127.0.0.1:PORT/',
    'http://localhost:PORT/',
    'http://[::1]:PORT/',
    'http://[::ffff:127.0.0.1]:PORT/',
    'http://0.0.0.0:PORT/',
    'http://2130706433:PORT/',
    'http://0x7f.1:PORT/',
    'http://169.254.169.254/latest/meta-data',
    'http://10.0.0.1/',
    'http://192.168.1.1/',
    'http://[fe80::1]/',
    'http://[fd00::1]/',
  ];
  for (const address of addresses) {
    test(address, async () => {
      let asked = 0;
      const { port } = new URL(await listen((_, response) => response.end(String((asked += 1)))));
      const url = address.replace('PORT', port);
      const egress = trusting(undefined);
      await expect(egress.fetch('test', { url, timeout: 5000 })).rejects.toMatchObject({ code: 'forbidden' });
      await expect(egress.approve(url)).rejects.toMatchObject({ code: 'forbidden' });
      expect(asked).toBe(0);
      expect(egress.ledger({ limit: 10 })[0]?.outcome).toBe('forbidden');
    });
  }

  test('what is not http, or carries a password, is no address', async () => {
    for (const url of [
      'file:///etc/passwd',
      'ftp://a/',
      'data:,x',
      'http://me:pw@example.com/',
      'nonsense',
      '',
    ]) {
      await expect(trusting(undefined).fetch('test', { url })).rejects.toMatchObject({
        code: 'invalid_request',
      });
    }
  });
});

test('public and other addresses are told apart', () => {
  for (const address of ['1.1.1.1', '8.8.8.8', '2606:4700::1111', '172.32.0.1', '100.128.0.1']) {
    expect(isPublicAddress(address), address).toBe(true);
  }
  for (const address of [
    '::',
    '::1',
    '::ffff:10.0.0.1',
    '172.16.0.1',
    '100.64.0.1',
    '224.0.0.1',
    'fe80::1%eth0',
    'x',
  ]) {
    expect(isPublicAddress(address), address).toBe(false);
  }
});

describe('an address from the config', () => {
  test('is asked, and the ledger says what went out and came in', async () => {
    const url = await listen((_, response) => response.end('hello'));
    const egress = trusting(url);
    const answer = await egress.fetch('hub', { url: `${url}/api/models?secret=1` });
    expect([answer.status, answer.body.toString()]).toEqual([200, 'hello']);
    const [row] = egress.ledger({ limit: 10 });
    expect(row).toMatchObject({
      purpose: 'hub',
      method: 'GET',
      path: '/api/models',
      status: 200,
      outcome: 'ok',
    });
    expect(row?.bytesOut).toBeGreaterThan(20);
    expect(row?.bytesIn).toBeGreaterThan(5);
    expect(egress.totals().requests).toBe(1);
  });

  test('makes no other port of the same machine an exception', async () => {
    const url = await listen((_, response) => response.end());
    const other = await listen((_, response) => response.end());
    await expect(trusting(url).fetch('test', { url: other })).rejects.toMatchObject({ code: 'forbidden' });
  });

  test('that redirects inward is followed no further, and its token stays with it', async () => {
    const seen: (string | undefined)[] = [];
    const inner = await listen((request, response) => {
      seen.push(request.headers.authorization);
      response.end();
    });
    const url = await listen((_, response) => response.writeHead(302, { location: `${inner}/secret` }).end());
    const egress = trusting(url);
    await expect(egress.fetch('test', { url, token: 'hf_secret' })).rejects.toMatchObject({
      code: 'forbidden',
    });
    expect(seen).toEqual([]);
    expect(egress.ledger({ limit: 10 })).toHaveLength(2);
  });

  test('gets its token again after a redirect to itself, and a loop of redirects ends', async () => {
    const seen: (string | undefined)[] = [];
    const url = await listen((request, response) => {
      seen.push(request.headers.authorization);
      if (request.url === '/end') response.end('there');
      else response.writeHead(307, { location: request.url === '/loop' ? '/loop' : '/end' }).end();
    });
    const egress = trusting(url);
    const answer = await egress.fetch('test', { url: `${url}/start`, token: 'hf_secret' });
    expect(answer.body.toString()).toBe('there');
    expect(seen).toEqual(['Bearer hf_secret', 'Bearer hf_secret']);
    await expect(egress.fetch('test', { url: `${url}/loop` })).rejects.toMatchObject({
      code: 'upstream_failed',
    });
  });

  test('cannot be given a token by header, where a redirect would carry it away', async () => {
    const url = await listen((_, response) => response.end());
    const asked = trusting(url).fetch('test', { url, headers: { Authorization: 'Bearer x' } });
    await expect(asked).rejects.toMatchObject({ code: 'invalid_request' });
  });

  test('that sends more than the cap, or hangs, or hangs up, is cut off', async () => {
    const url = await listen((request, response) => {
      if (request.url === '/big') response.end('a'.repeat(5000));
      if (request.url === '/cut') request.socket.destroy();
      if (request.url === '/slow') response.write('a');
    });
    const egress = trusting(url);
    const outcome = (path: string, more: object = {}) => egress.fetch('test', { url: url + path, ...more });
    await expect(outcome('/big', { maxBytes: 1000 })).rejects.toMatchObject({ code: 'too_large' });
    await expect(outcome('/cut')).rejects.toMatchObject({ code: 'upstream_failed' });
    await expect(outcome('/slow', { timeout: 300 })).rejects.toMatchObject({ code: 'timeout' });
    expect(egress.ledger({ limit: 10 }).map(({ outcome }) => outcome)).toEqual([
      'timeout',
      'upstream_failed',
      'too_large',
    ]);
  });
});

test('nothing leaves when the ledger cannot be written', async () => {
  let asked = 0;
  const url = await listen((_, response) => response.end(String((asked += 1))));
  const client = database.user.$client;
  client.pragma('query_only = ON');
  await expect(trusting(url).fetch('test', { url })).rejects.toThrow();
  client.pragma('query_only = OFF');
  expect(asked).toBe(0);
});
