// An engine that says a given text at a given rate, for benchmarks of everything behind the engine. It speaks
// server/worker/protocol.ts and takes the place of Python: `MLX_CODE_PYTHON` names a program that runs this file.
// SCRIPT_FILE: the text. SCRIPT_TOKENS: pieces it is cut into. SCRIPT_RATE: pieces a second.
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { FromEngineInput, ToEngine } from '../../server/worker/protocol.ts';

const text = readFileSync(process.env.SCRIPT_FILE ?? '', 'utf8');
const tokens = Number(process.env.SCRIPT_TOKENS);
const rate = Number(process.env.SCRIPT_RATE);
const socket = connect(process.argv[process.argv.indexOf('--socket') + 1] ?? '');
let buffered = Buffer.alloc(0);

function send(frame: FromEngineInput): void {
  const body = Buffer.from(JSON.stringify(frame));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  socket.write(Buffer.concat([length, body]));
}

const receipt: Extract<FromEngineInput, { type: 'loaded' }>['receipt'] = {
  ...{
    model_hash: 'scripted',
    template_hash: null,
    architecture: 'qwen2',
    parameters: 1,
    context_window: 1_000_000,
  },
  ...{
    vocabulary: 1,
    weights_bytes: 1,
    peak_bytes: 1,
    kv_bytes_per_token: 0,
    dtype: 'float32',
    widened: false,
  },
  ...{ trimmable: true, load_seconds: 0, has_chat_template: true },
};

function answer(frame: ToEngine): void {
  switch (frame.type) {
    case 'load':
      return send({ type: 'loaded', id: frame.id, receipt });
    case 'unload':
      return send({ type: 'unloaded', id: frame.id });
    case 'count': {
      const { id, messages } = frame;
      return send({
        type: 'counted',
        id,
        tokens: messages.length,
        per_message: messages.map(() => 1),
        text_tokens: 1,
      });
    }
    case 'ping':
      return send({ type: 'pong', id: frame.id, rows: 0, active_bytes: 0, peak_bytes: 0, cache_bytes: 0 });
    case 'generate':
      return speak(frame.row);
    case 'cancel':
    case 'embed':
    case 'pause':
    case 'continue':
    case 'withdraw':
  }
}

/** Sends what is due by the clock, so that the rate holds whatever the timer does. */
function speak(row: string): void {
  const start = performance.now();
  let said = 0;
  send({ type: 'admitted', row, prompt_tokens: 1, seed: 1, prompt_hash: 'scripted' });
  const timer = setInterval(() => {
    const due = Math.min(tokens, Math.floor(((performance.now() - start) / 1000) * rate));
    for (; said < due; said += 1) {
      const piece = text.slice(cut(said), cut(said + 1));
      send({ type: 'step', n: said, rows: [{ row, token_ids: [said], text: piece }] });
    }
    if (said < tokens) return;
    clearInterval(timer);
    finish(row, (performance.now() - start) / 1000);
  }, 4);
}

function cut(token: number): number {
  return Math.round((token / tokens) * text.length);
}

function finish(row: string, seconds: number): void {
  send({
    ...{ type: 'finished', row, text: '', token_ids: [], finish_reason: 'stop', error: null, cache: null },
    usage: { prompt_tokens: 1, completion_tokens: tokens, cached_tokens: 0 },
    timings: { queue: 0, prefill: 0, decode: seconds, tokens_per_second: tokens / seconds },
  });
}

socket.on('data', (piece) => {
  buffered = Buffer.concat([buffered, piece]);
  while (buffered.length >= 4 && buffered.length >= 4 + buffered.readUInt32BE()) {
    const end = 4 + buffered.readUInt32BE();
    const frame = JSON.parse(buffered.subarray(4, end).toString('utf8')) as ToEngine;
    buffered = buffered.subarray(end);
    answer(frame);
  }
});
socket.on('close', () => process.exit(0));
process.stdin.on('end', () => process.exit(0)).resume();
send({
  ...{ type: 'hello', protocol: 1, token: process.env.MLX_CODE_ENGINE_TOKEN ?? '', pid: process.pid },
  versions: { engine: 'scripted', mlx: '-', mlx_lm: '-', python: '-' },
  ...{ device: 'cpu', blas: 'none', memory_bytes: 1 << 30 },
});
