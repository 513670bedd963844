import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '#db/client.ts';
import { openTestDatabase } from '#db/testing.ts';
import { AppError } from '#server/kernel/errors.ts';
import { writeTokenIds } from '#server/generation/token-ids.ts';
import { readMarkdown } from './markdown-reader.ts';
import { type ConversationTree, END, MARK, type TreeMessage, writeMarkdown } from './markdown.ts';
import { TransferStore } from './transfer-store.ts';

let database: Database;
let store: TransferStore;
beforeAll(() => {
  database = openTestDatabase();
  store = new TransferStore(database);
});
afterAll(() => database.close());

const id = fc.string({
  unit: fc.constantFrom(...'0123456789ABCDEFGHJKMNPQRSTVWXYZ'),
  minLength: 26,
  maxLength: 26,
});
const time = fc.integer({ min: 0, max: 4_000_000_000_000 });
const hostile = fc.constantFrom(
  '',
  '\r\n',
  '\n',
  ' ',
  '---\n',
  '-->',
  '<!--',
  END,
  `\n${END}\n`,
  `${MARK}message {"id":"x","bytes":3} -->\nabc\n${END}\n`,
  `${MARK}tokens {}`,
  '```',
  '```\n',
  '~~~~js\n',
  '# Other versions\n',
  '\u0000',
  '\ufeff',
  '\u2028',
  '😀',
  'e\u0301',
  '{{',
  '|a|b|\n|-|-|\n',
  '\t- x',
); // prettier-ignore
const text = fc
  .array(
    fc.oneof(
      hostile,
      fc.string({ unit: 'grapheme', maxLength: 20 }),
      fc.string({ unit: 'binary', maxLength: 8 }),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join('').toWellFormed());
const line = text.map((value) => [...value].slice(0, 60).join('').toWellFormed());
const share = fc.double({ min: 0.001, max: 1, noNaN: true });
const parameters = fc.record(
  {
    temperature: share,
    top_p: share,
    top_k: fc.nat(500),
    max_tokens: fc.integer({ min: 1, max: 9999 }),
    seed: fc.nat(),
    stop: fc.array(
      text.filter((t) => t.length > 0 && t.length < 200),
      { maxLength: 3 },
    ),
    logit_bias: fc.dictionary(fc.nat(99_999).map(String), fc.integer({ min: -100, max: 100 }), {
      maxKeys: 3,
    }),
    constraint: fc.record({
      type: fc.constantFrom('regex' as const, 'grammar' as const),
      value: text.filter((value) => value.length > 0),
    }),
    thinking: fc.constantFrom('on' as const, 'off' as const),
  },
  { requiredKeys: [] },
);
const nullable = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });

const place = {
  path: line,
  line: fc.integer({ min: 1, max: 999 }),
  end_line: fc.integer({ min: 1, max: 999 }),
};
const citation = fc.record({
  from: fc.nat(),
  to: fc.nat(),
  source: nullable(fc.integer({ min: 1, max: 9 })),
  kind: fc.constantFrom('reference' as const, 'quote' as const),
  state: fc.constantFrom('verified' as const, 'unverified' as const),
  ...place,
});
const source = fc.record({
  ...place,
  number: fc.integer({ min: 1, max: 9 }),
  workspace_id: id,
  name: nullable(line),
  language: nullable(line),
  text,
  tokens: fc.nat(),
  file_hash: line,
  reason: fc.constantFrom('mentioned' as const, 'words' as const),
  score: share,
});
const context = fc.record({
  workspaceId: id,
  asked: fc.record({
    mentions: fc.array(fc.record({ kind: fc.constantFrom('file' as const, 'folder' as const), path: line }), {
      maxLength: 2,
    }),
    automatic: fc.boolean(),
    left_out: fc.array(fc.record(place), { maxLength: 2 }),
  }),
  found: nullable(
    fc.record({
      sources: fc.array(source, { maxLength: 3 }),
      text,
      tokens: fc.nat(),
      dropped: fc.array(fc.record({ ...place, tokens: fc.nat() }), { maxLength: 2 }),
      nothing_found: fc.boolean(),
      method: nullable(line),
      note: nullable(line),
    }),
  ),
});

const message = fc.record({
  id,
  parent: fc.nat(),
  role: fc.constantFrom('user' as const, 'assistant' as const),
  text,
  tokenIds: nullable(
    fc
      .uint8Array({ maxLength: 60 })
      .map((bytes) => Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 4)))),
  ),
  reasoning: fc.oneof(fc.constant(''), text),
  toolCalls: nullable(fc.array(fc.record({ id: line, name: line, arguments: text }), { maxLength: 3 })),
  prompt: nullable(
    fc.record({
      baseId: fc.constant(null),
      shared: fc.constant(0),
      tail: fc.array(fc.nat(0xffffffff), { maxLength: 40 }).map(writeTokenIds),
    }),
  ),
  record: nullable(
    fc.record({
      template_hash: nullable(line),
      prompt_hash: line,
      engine: line,
      mlx: line,
      mlx_lm: line,
      python: line,
      device: line,
      blas: line,
      dtype: line,
      runs: fc.integer({ min: 1, max: 9 }),
    }),
  ),
  replay: nullable(
    fc.record({
      at: fc.nat(),
      outcome: fc.constantFrom('same' as const, 'different' as const),
      caveats: fc.array(text, { maxLength: 2 }),
      tokens: fc.nat(),
      first_difference: nullable(
        fc.record({ index: fc.nat(), expected: nullable(fc.nat()), actual: nullable(fc.nat()) }),
      ),
      error: fc.constant(null),
    }),
  ),
  status: fc.constantFrom('interrupted' as const, 'complete' as const, 'failed' as const),
  finishReason: nullable(
    fc.constantFrom('stop' as const, 'length' as const, 'cancelled' as const, 'error' as const),
  ),
  usage: nullable(
    fc.record(
      {
        prompt_tokens: fc.nat(),
        completion_tokens: fc.nat(),
        cached_tokens: fc.nat(),
        cache: nullable(
          fc.record({
            reused_tokens: fc.nat(),
            from: fc.constantFrom('memory' as const, 'disk' as const, 'none' as const),
            seconds_saved: share,
          }),
        ),
      },
      { requiredKeys: ['prompt_tokens', 'completion_tokens', 'cached_tokens'] },
    ),
  ),
  timings: nullable(
    fc.record({
      queue: share,
      load: share,
      prefill: share,
      first_token: share,
      decode: share,
      tokens_per_second: share,
    }),
  ),
  model: nullable(fc.record({ id: line, name: line, quantization: nullable(line), hash: nullable(line) })),
  parameters: nullable(parameters),
  dropped: nullable(fc.record({ messages: fc.nat(), tokens: fc.nat() })),
  error: nullable(
    fc.record(
      {
        code: line,
        message: text,
        details: fc.dictionary(fc.string({ maxLength: 5 }), fc.jsonValue({ maxDepth: 2 })),
      },
      { requiredKeys: ['code', 'message'] },
    ),
  ),
  citations: nullable(fc.array(citation, { maxLength: 3 })),
  context: nullable(context),
  seed: nullable(fc.nat()),
  seq: fc.nat(),
  interruptions: fc.nat(9),
  createdAt: time,
});

/** Any tree: each message hangs on one made before it, or is a root. */
const tree: fc.Arbitrary<ConversationTree> = fc
  .record({
    id,
    title: line,
    titleSource: fc.constantFrom('auto' as const, 'user' as const),
    modelId: nullable(line),
    systemPrompt: text,
    parameters,
    leaf: fc.nat(),
    pinned: fc.boolean(),
    workspaceId: nullable(id),
    createdAt: time,
    updatedAt: time,
    nodes: fc.uniqueArray(message, { maxLength: 9, selector: (node) => node.id }),
  })
  .map(({ nodes, leaf, ...conversation }) => {
    const messages: TreeMessage[] = nodes.map(({ parent, ...node }, index) => {
      const parentId = index === 0 || parent % 4 === 0 ? null : nodes[parent % index]!.id;
      return { ...node, parentId };
    });
    return {
      conversation: {
        ...conversation,
        activeLeafId: messages[leaf % Math.max(1, messages.length)]?.id ?? null,
      },
      messages,
    };
  });

describe('a conversation exported to Markdown', () => {
  test('comes back as the same tree, and is exported again byte for byte the same', () => {
    fc.assert(
      fc.property(tree, (original) => {
        const first = writeMarkdown(original);
        const [row] = store.writeTrees([readMarkdown(Buffer.from(first))]);
        const restored = store.readTree(row!);
        expect(writeMarkdown(restored)).toBe(first);
        const byId = (messages: TreeMessage[]) => new Map(messages.map((one) => [one.id, one.text]));
        expect(byId(restored.messages)).toEqual(byId(original.messages));
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  test('gets new ids, with the same shape, when its own are taken', () => {
    const original = sample();
    store.writeTrees([original]);
    const [copy] = store.writeTrees([readMarkdown(Buffer.from(writeMarkdown(original)))]);
    expect(copy!.id).not.toBe(original.conversation.id);
    const restored = store.readTree(copy!);
    const place = new Map(restored.messages.map((one) => [one.id, one.text]));
    expect(restored.messages.map((one) => [one.text, one.parentId && place.get(one.parentId)])).toEqual([
      ['Hi', null],
      ['Hello', 'Hi'],
      ['Hey', 'Hi'],
    ]);
    expect(place.get(copy!.activeLeafId!)).toBe('Hey');
  });

  test('reads well: the active path first, then the other versions', () => {
    const file = writeMarkdown(sample()).replace(/<!--[\s\S]*?-->\n?/g, '');
    expect(file).toContain('# A *chat* about &lt;b>'.replaceAll('*', '\\*'));
    expect(file.indexOf('Hey')).toBeLessThan(file.indexOf('# Other versions'));
    expect(file.indexOf('Hello')).toBeGreaterThan(file.indexOf('# Other versions'));
    expect(file).toContain('## Guide (version 2 of 2)');
  });

  test('closes a code fence that an answer left open', () => {
    const original = sample();
    original.messages[2]!.text = 'See\n```js\nlet a';
    expect(writeMarkdown(original)).toContain(`let a\n\`\`\`\n${END}`);
  });

  test('keeps a text that was edited in the file, without its token ids', () => {
    const edited = writeMarkdown(sample()).replace('\nHey\n', '\nHey you, <!-- mlx-code:what -->\n');
    const restored = readMarkdown(Buffer.from(edited));
    const changed = restored.messages.find((one) => one.text.startsWith('Hey you'));
    expect(changed).toMatchObject({ text: 'Hey you, <!-- mlx-code:what -->', tokenIds: null });
    expect(restored.messages.find((one) => one.text === 'Hello')!.tokenIds).not.toBeNull();
  });

  test('survives an editor that turned its line ends into CRLF', () => {
    const original = sample();
    original.messages[0]!.text = 'one\ntwo';
    const restored = readMarkdown(Buffer.from(writeMarkdown(original).replaceAll('\n', '\r\n')));
    expect(restored.messages.map((one) => one.text).sort()).toEqual(['Hello', 'Hey', 'one\ntwo']);
  });
});

describe('a file that is not what it claims is refused with the reason', () => {
  const good = () => writeMarkdown(sample());
  test.each([
    ['no front matter', () => 'hello', /front matter/],
    ['front matter without an end', () => good().replace(/\n---\n/g, '\n'), /front matter/],
    ['malformed YAML', () => good().replace('pinned: false', 'pinned: [false'), /not valid YAML/],
    [
      'an alias bomb',
      () => good().replace('pinned: false', 'a: &a [1]\nb: [*a, *a]\npinned: false'),
      /not valid YAML/,
    ],
    ['a newer version', () => good().replace('version: 3', 'version: 4'), /version/],
    ['a wrong type', () => good().replace('pinned: false', 'pinned: "no"'), /front matter\.pinned/],
    [
      'an impossible parameter',
      () => good().replace('temperature: 0.5', 'temperature: -1'),
      /parameters\.temperature/,
    ],
    ['a wrong type in a message', () => good().replace('"seq":3', '"seq":"3"'), /message\.seq/],
    ['JSON that is none', () => good().replace('"role":"user"', '"role":'), /not valid JSON/],
    ['a comment without an end', () => good().replaceAll('-->', ''), /without an end/],
    ['a message without its end', () => good().replaceAll(END, ''), /end mark/],
    [
      'a circle of parents',
      () =>
        good().replace(
          '"id":"0000000000000000000000000A"',
          '"id":"0000000000000000000000000A","parent_id":"0000000000000000000000000B"',
        ),
      /circle/,
    ],
    [
      'a missing parent',
      () => good().replace(/"parent_id":"0+A"/, '"parent_id":"00000000000000000000000ZZZ"'),
      /parents are missing/,
    ],
    [
      'two messages with one id',
      () => good().replace('"id":"0000000000000000000000000B"', '"id":"0000000000000000000000000C"'),
      /same id/,
    ],
    [
      'an active message that is not there',
      () => good().replace(/active_leaf_id: "[^"]*"/, 'active_leaf_id: "00000000000000000000000ZZZ"'),
      /active message/,
    ],
    ['token ids that are no base64', () => good().replace('AQAAAA==', 'AQA*AA=='), /token ids/],
    [
      'a comment of megabytes',
      () => good().replace('"role":"user"', `"role":"user"${' '.repeat(9_000_000)}`),
      /too long/,
    ],
    [
      'nesting of thousands',
      () =>
        good().replace('"role":"user"', `"role":"user","error":${'['.repeat(20_000)}${']'.repeat(20_000)}`),
      /message\.error|valid JSON/,
    ],
    [
      'front matter nested by thousands',
      () => good().replace('pinned: false', `pinned: ${'['.repeat(20_000)}`),
      /YAML/,
    ],
  ])('%s', (_, make, reason) => {
    const file = make();
    expect(file).not.toBe(good());
    const attempt = () => readMarkdown(Buffer.from(file));
    expect(attempt).toThrow(AppError);
    expect(attempt).toThrow(reason);
  });

  test('any damage gives a typed error or a tree, never a crash', () => {
    const file = Buffer.from(good());
    fc.assert(
      fc.property(
        fc.nat(file.length - 1),
        fc.nat(200),
        fc.uint8Array({ maxLength: 20 }),
        (at, cut, insert) => {
          const damaged = Buffer.concat([file.subarray(0, at), insert, file.subarray(at + cut)]);
          try {
            readMarkdown(damaged);
          } catch (error) {
            expect(error).toBeInstanceOf(AppError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

function sample(): ConversationTree {
  const base = {
    usage: null,
    timings: null,
    model: null,
    parameters: null,
    dropped: null,
    error: null,
    seed: null,
    finishReason: null,
    tokenIds: null,
    reasoning: '',
    toolCalls: null,
    prompt: null,
    citations: null,
    context: null,
    record: null,
    replay: null,
    status: 'complete' as const,
    interruptions: 0,
    seq: 0,
  }; // prettier-ignore
  const model = { id: 'guide', name: 'Guide', quantization: null, hash: 'abc' };
  const answer = {
    ...base,
    model,
    role: 'assistant' as const,
    parentId: '0000000000000000000000000A',
    tokenIds: Buffer.from([1, 0, 0, 0]),
    seq: 3,
  };
  return {
    conversation: {
      id: '00000000000000000000000000',
      title: 'A *chat* about <b>',
      titleSource: 'user',
      modelId: 'guide',
      systemPrompt: 'Be brief.\n\nAlways.',
      parameters: { temperature: 0.5 },
      activeLeafId: '0000000000000000000000000C',
      pinned: false,
      workspaceId: null,
      createdAt: 1_700_000_000_000,
      updatedAt: 1_700_000_000_001,
    },
    messages: [
      { ...base, id: '0000000000000000000000000A', parentId: null, role: 'user', text: 'Hi', createdAt: 1 },
      { ...answer, id: '0000000000000000000000000B', text: 'Hello', createdAt: 2 },
      { ...answer, id: '0000000000000000000000000C', text: 'Hey', createdAt: 3 },
    ],
  };
}
