import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { judgeDirectory } from './judge.ts';

const CONFIG = {
  model_type: 'qwen2',
  hidden_size: 64,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 4096,
};

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'judge-'));
  await write('config.json', JSON.stringify(CONFIG));
  await write('tokenizer.json', '{}');
  await write('tokenizer_config.json', '{"chat_template":"{{ messages }}"}');
  await write('model.safetensors', safetensors({ 'a.weight': { dtype: 'F16', shape: [10, 64] } }));
});

afterEach(() => rm(folder, { recursive: true }));

async function write(name: string, content: string | Buffer): Promise<void> {
  await writeFile(join(folder, name), content);
}

function safetensors(tensors: Record<string, { dtype: string; shape: number[] }>): Buffer {
  const width: Record<string, number> = { F16: 2, F32: 4, U32: 4 };
  let offset = 0;
  const header = Object.fromEntries(
    Object.entries(tensors).map(([name, { dtype, shape }]) => {
      const start = offset;
      offset += shape.reduce((a, b) => a * b, 1) * width[dtype]!;
      return [name, { dtype, shape, data_offsets: [start, offset] }];
    }),
  );
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, Buffer.alloc(offset)]);
}

describe('judging a model directory', () => {
  it('tells architecture, parameters, dtype, context and memory from headers alone', async () => {
    const verdict = await judgeDirectory(folder);
    expect(verdict).toMatchObject({
      usable: true,
      problem: null,
      architecture: 'qwen2',
      parameters: 640,
      quantization: 'float16',
      contextWindow: 4096,
    });
    // 1,280 bytes of weights, 2 x 2 layers x 2 heads x 16 x 2 bytes x 4,096 tokens, 256 MiB for the process
    expect(verdict.memoryBytes).toBe(1280 + 2 * 2 * 2 * 16 * 2 * 4096 + 256 * 1024 * 1024);
    expect(verdict.widenedBytes).toBe(2560 + 2 * 2 * 2 * 16 * 4 * 4096 + 256 * 1024 * 1024);
  });

  it('takes over the sampling its makers recommend, and leaves out what no engine would take', async () => {
    const recommended = { do_sample: true, temperature: 0.7, top_p: 0.8, top_k: 20, repetition_penalty: -1 };
    await write('generation_config.json', JSON.stringify(recommended));
    const { sampling } = await judgeDirectory(folder);
    expect(JSON.parse(JSON.stringify(sampling))).toEqual({ temperature: 0.7, top_p: 0.8, top_k: 20 });
    await write('generation_config.json', JSON.stringify({ ...recommended, do_sample: false }));
    expect((await judgeDirectory(folder)).sampling).toEqual({});
  });

  it('counts a 4-bit weight by its elements, not its packed words', async () => {
    await write('config.json', JSON.stringify({ ...CONFIG, quantization: { bits: 4, group_size: 64 } }));
    const packed = {
      'a.weight': { dtype: 'U32', shape: [10, 8] },
      'a.scales': { dtype: 'F16', shape: [10, 1] },
      'a.biases': { dtype: 'F16', shape: [10, 1] },
      'norm.weight': { dtype: 'F16', shape: [64] },
    };
    await write('model.safetensors', safetensors(packed));
    expect(await judgeDirectory(folder)).toMatchObject({ parameters: 10 * 64 + 64, quantization: '4-bit' });
  });

  it('reads the text half of a multimodal configuration', async () => {
    const { model_type: _, ...text } = CONFIG;
    await write('config.json', JSON.stringify({ model_type: 'qwen2_5_vl', text_config: text }));
    expect(await judgeDirectory(folder)).toMatchObject({ usable: true, contextWindow: 4096 });
  });

  const refusals: [title: string, spoil: () => Promise<void>, code: string, reason: RegExp][] = [
    ['has no config.json', () => rm(join(folder, 'config.json')), 'model_invalid', /no config.json/],
    [
      'has a config.json that is no JSON',
      () => write('config.json', '{"model_type":'),
      'model_invalid',
      /not valid JSON/,
    ],
    ['has a config.json of a wrong shape', () => write('config.json', '[]'), 'model_invalid', /config.json/],
    [
      'has an architecture nobody knows',
      () => write('config.json', '{"model_type":"warp9"}'),
      'model_unsupported',
      /"warp9"/,
    ],
    [
      'asks for custom code',
      () => write('config.json', JSON.stringify({ ...CONFIG, auto_map: {} })),
      'model_invalid',
      /custom code/,
    ],
    ['brings Python code', () => write('modeling.py', ''), 'model_invalid', /modeling.py/],
    ['holds a pickle', () => write('pytorch_model.bin', ''), 'model_invalid', /pickle/],
    ['has no weights', () => rm(join(folder, 'model.safetensors')), 'model_invalid', /no safetensors/],
    [
      'lost the end of its weights',
      () => truncate(join(folder, 'model.safetensors'), 200),
      'model_invalid',
      /cut off/,
    ],
    ['has an empty weights file', () => write('model.safetensors', ''), 'model_invalid', /cut off/],
    [
      'has an absurd header length',
      () => write('model.safetensors', Buffer.alloc(64, 0xff)),
      'model_invalid',
      /header length/,
    ],
    [
      'lacks a shard of its index',
      () => write('model.safetensors.index.json', '{"weight_map":{"a":"model-00002.safetensors"}}'),
      'model_invalid',
      /model-00002/,
    ],
    [
      'is half downloaded',
      () => write('model-00002.safetensors.incomplete', ''),
      'model_invalid',
      /did not finish/,
    ],
    ['has no tokenizer', () => rm(join(folder, 'tokenizer.json')), 'model_invalid', /tokenizer/],
    [
      'has no chat template',
      () => write('tokenizer_config.json', '{}'),
      'model_unsupported',
      /chat template/,
    ],
    [
      'embeds instead of chatting',
      () => write('config.json', '{"model_type":"bert"}'),
      'model_unsupported',
      /embedding/,
    ],
  ];

  const embedding: [what: string, spoil: () => Promise<void>, name: string][] = [
    ['BERT', () => write('config.json', '{"model_type":"bert","max_position_embeddings":512}'), 'x'],
    [
      'Qwen3 as published',
      async () => {
        await write('config.json', JSON.stringify({ ...CONFIG, model_type: 'qwen3' }));
        await write('modules.json', '[]');
      },
      'x',
    ],
    [
      'Qwen3 as converted',
      () => write('config.json', JSON.stringify({ ...CONFIG, model_type: 'qwen3' })),
      'mlx-community/Qwen3-Embedding-0.6B-8bit',
    ],
  ];

  it.each(embedding)('knows %s for an embedding model, which cannot chat', async (...[, spoil, name]) => {
    await spoil();
    expect(await judgeDirectory(folder, name)).toMatchObject({
      usable: false,
      embeds: true,
      problem: { code: 'model_unsupported', message: expect.stringMatching(/cannot chat/) },
      quantization: 'float16',
    });
    await rm(join(folder, 'tokenizer.json'));
    expect(await judgeDirectory(folder, name)).toMatchObject({
      embeds: false,
      problem: { code: 'model_invalid' },
    });
  });

  it('takes no other Qwen3 for one', async () => {
    await write('config.json', JSON.stringify({ ...CONFIG, model_type: 'qwen3' }));
    expect(await judgeDirectory(folder, 'embeddings/Qwen3-4B')).toMatchObject({
      usable: true,
      embeds: false,
    });
  });

  it('says that a folder which is not there cannot be read', async () => {
    const verdict = await judgeDirectory(join(folder, 'absent'));
    expect(verdict.problem).toEqual({
      code: 'model_invalid',
      message: 'The folder cannot be read (ENOENT).',
    });
  });

  it.each(refusals)('refuses one that %s, with the reason', async (...[, spoil, code, reason]) => {
    await spoil();
    const verdict = await judgeDirectory(folder);
    expect(verdict.usable).toBe(false);
    expect(verdict.problem?.code).toBe(code);
    expect(verdict.problem?.message).toMatch(reason);
  });
});
