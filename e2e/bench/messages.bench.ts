// A million messages: searching all of them by words through the API, and what indexing the words adds to writing one.
import { seeded } from '../../server/features/compare/statistics/testing/simulated-voters.ts';
import { openConversations } from '../../server/features/retrieval/conversations/testing/open-conversations.ts';

const MESSAGES = 1_000_000;
const A_CONVERSATION = 50;
const AT_ONCE = 10_000;
const ROUNDS = 15;

const random = seeded(3);
const letters = 'etaoinshrdlucmfwypvbgkqjxz';
const vocabulary = Array.from({ length: 60_000 }, (_, at) => word(at + 1));
// As in any language: few words are in most messages, most words in few.
const pick = () => vocabulary[Math.floor(random() ** 3 * vocabulary.length)] ?? '';

const room = await openConversations();
try {
  const { $client } = room.database.user;
  const conversation = $client.prepare(
    'insert into conversations(id, title, created_at, updated_at) values (?, ?, 1, 1)',
  );
  const message = $client.prepare(
    `insert into messages(id, conversation_id, role, text, status, created_at, updated_at) values (?, ?, ?, ?, 'complete', 1, 1)`,
  );
  const writing = performance.now();
  for (let from = 0; from < MESSAGES; from += AT_ONCE) {
    $client.transaction(() => {
      for (let at = from; at < from + AT_ONCE; at += 1) {
        const home = idOf(at - (at % A_CONVERSATION));
        if (at % A_CONVERSATION === 0) conversation.run(home, `${pick()} ${pick()}`);
        const text = Array.from({ length: 20 + Math.floor(random() * 60) }, pick).join(' ');
        message.run(idOf(at), home, at % 2 === 0 ? 'user' : 'assistant', text);
      }
    })();
  }
  console.log(`${MESSAGES} messages written in ${((performance.now() - writing) / 1000).toFixed(0)} s`);
  const single = await timed(() =>
    message.run(idOf(MESSAGES + Math.floor(random() * 1e9)), idOf(0), 'user', `${pick()} `.repeat(60)),
  );
  console.log(`one more message: ${single}`);
  const queries: Record<string, () => string> = {
    'the most common word': () => `${vocabulary[0]} `,
    'two common words': () => `${vocabulary[1]} ${vocabulary[2]} `,
    'a common and a rare word': () => `${vocabulary[3]} ${vocabulary[40_000]} `,
    'three words of any kind': () => `${pick()} ${pick()} ${pick()} `,
    'a word being typed': () => pick().slice(0, 4),
  };
  for (const [name, query] of Object.entries(queries)) {
    const time = await timed(async () => {
      const { status } = await room.api('POST', '/messages/search', { query: query() });
      if (status !== 200) throw new Error(`answered ${status}`);
    });
    console.log(`${name}: ${time}`);
  }
} finally {
  await room.close();
}

async function timed(work: () => unknown): Promise<string> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const begin = performance.now();
    await work();
    times.push(performance.now() - begin);
  }
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor(share * ROUNDS)] ?? 0).toFixed(1);
  return `${at(0.5)} ms p50, ${at(0.95)} ms p95`;
}

/** Ids in the order of time, as ULIDs are. */
function idOf(at: number): string {
  return `01${at.toString(32).toUpperCase().replaceAll('I', 'W').replaceAll('L', 'X').replaceAll('O', 'Y').replaceAll('U', 'Z').padStart(24, '0')}`;
}

function word(rank: number): string {
  let text = '';
  for (let left = rank; left > 0; left = Math.floor(left / 26)) text += letters[left % 26];
  return `${text}q`;
}
