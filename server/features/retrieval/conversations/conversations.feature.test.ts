import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MESSAGES } from '../vectors.ts';
import { builtInEmbedder } from '../testing/open-vectors.ts';
import { openConversations, say } from './testing/open-conversations.ts';

let room: Awaited<ReturnType<typeof openConversations>>;

beforeEach(async () => {
  room = await openConversations([builtInEmbedder()]);
});
afterEach(() => room.close());

const search = async (query: string) => {
  // The first question of a process waits for the engine longer than words wait for it.
  await room.vectors.embedQuery(query, AbortSignal.timeout(60_000), MESSAGES);
  return (await room.api('POST', '/messages/search', { query })).body;
};

describe('with the built-in embedder', () => {
  it('messages are found by what they mean, and it says so', async () => {
    const { messages } = say(room.database, 'Pets', 'My kitten refuses its food');
    say(room.database, 'Work', 'The quarterly report is late again');
    expect((await search('a cat that does not eat')).method).toBe('words');
    await room.embedded();
    const answer = await search('a young cat that will not eat');
    expect(answer.method).toBe('words + vectors');
    expect(answer.results[0]).toMatchObject({ message_id: messages[0], why: 'meaning' });
  });

  it('messages like another are found by vectors, a long one by all of its pieces', async () => {
    const padding = 'and so on and so forth '.repeat(60);
    const long = say(
      room.database,
      'Long',
      `My kitten refuses its food. ${padding} The vet said it is fine.`,
    );
    const like = say(room.database, 'Like', 'Which food do cats like?');
    say(room.database, 'Other', 'Convert a float to an integer in C');
    await room.embedded();
    expect(room.vectors.state(MESSAGES).total).toBeGreaterThan(3);
    const { body } = await room.api('GET', `/messages/${like.messages[0]}/similar`);
    expect(body).toMatchObject({ method: 'vectors', results: [{ message_id: long.messages[0] }] });
  });

  it('a deleted conversation loses its vectors', async () => {
    const { id } = say(room.database, 'Pets', 'My kitten refuses its food');
    say(room.database, 'Work', 'The quarterly report is late again');
    await room.embedded();
    expect(room.vectors.state(MESSAGES)).toMatchObject({ done: 2, total: 2 });
    room.database.user.$client.prepare('delete from conversations where id = ?').run(id);
    await room.embedded();
    await room.seen(() => room.vectors.state(MESSAGES).total === 1);
    const vector = await room.vectors.embedQuery('cat', AbortSignal.timeout(60_000), MESSAGES);
    const near = await room.vectors.nearest(MESSAGES, vector!, 10);
    expect(near).toHaveLength(1);
  });

  it('the map is drawn by vectors', async () => {
    for (let at = 0; at < 4; at += 1) {
      say(room.database, `Pets ${at}`, `My cat number ${at} sleeps all day`, 'Cats do.');
      say(room.database, `Cars ${at}`, `Engine oil of car ${at} leaks`, 'Ask a mechanic.');
    }
    await room.embedded();
    await room.api('GET', '/conversations/map');
    await room.drawn(0);
    const { body } = await room.api('GET', '/conversations/map');
    expect(body).toMatchObject({ status: 'ready', method: 'vectors', points: { length: 8 }, stale: false });
    const clusters = new Map<string, number>(body.points.map(({ title, cluster }: any) => [title, cluster]));
    expect(clusters.get('Pets 0')).toBe(clusters.get('Pets 3'));
    expect(clusters.get('Pets 0')).not.toBe(clusters.get('Cars 0'));
  });
});
