import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openConversations, say } from './testing/open-conversations.ts';

let room: Awaited<ReturnType<typeof openConversations>>;

beforeEach(async () => {
  room = await openConversations();
});
afterEach(() => room.close());

const search = async (query: string, more: object = {}) =>
  (await room.api('POST', '/messages/search', { query, ...more })).body;
const found = (answer: any) => answer.results.map(({ message_id }: any) => message_id);

describe('searching every message', () => {
  it('finds words in any form, marks them, and says how it searched', async () => {
    say(room.database, 'Weather', 'Will it rain?', 'Take an umbrella.');
    const { id, messages } = say(
      room.database,
      'Sorting',
      'How do I sort a list?',
      'Sorting lists is easy in Python.',
    );
    const answer = await search('sorted list');
    expect(new Set(found(answer))).toEqual(new Set(messages));
    expect(answer).toMatchObject({ method: 'words', truncated: false, note: null });
    const { snippet, conversation_id, title, why } = answer.results[0];
    expect({ conversation_id, title, why }).toEqual({ conversation_id: id, title: 'Sorting', why: 'words' });
    const marked = snippet.highlights.map(({ from, to }: any) => snippet.text.slice(from, to).toLowerCase());
    expect(marked.join()).toMatch(/sort/);
  });

  it('puts messages with all of the words before those with some, and finds titles', async () => {
    const { messages } = say(room.database, 'One', 'apple pie with cream');
    const other = say(room.database, 'Lunch with apple', 'something else');
    expect(found(await search('apple cream '))).toEqual(messages);
    expect(found(await search('lunch '))).toEqual(other.messages.slice(0, 1));
    expect(found(await search('cream zebra '))).toEqual(messages);
  });

  it('finds a word while it is being typed, and quoted words side by side', async () => {
    const { messages } = say(room.database, 'One', 'concurrency in databases');
    say(room.database, 'Two', 'databases in concurrency');
    expect(found(await search('concur'))).toHaveLength(2);
    expect(found(await search('"in databases"'))).toEqual(messages);
  });

  it.each([
    '"',
    '(',
    'a AND',
    'NEAR(a b)',
    'text:x',
    '*',
    '^a',
    "'; drop table messages --",
    '\u0000',
    '🙂',
    '-',
    '',
  ])('takes %j as text, not as syntax', async (query) => {
    say(room.database, 'One', 'a text');
    const { status } = await room.api('POST', '/messages/search', { query });
    expect(status).toBe(200);
  });

  it('follows what is written, deleted and brought back', async () => {
    const { id, messages } = say(room.database, 'One', 'walrus', 'a walrus answer', 'and more walrus');
    const { $client } = room.database.user;
    expect(found(await search('walrus '))).toHaveLength(3);
    $client.prepare('update messages set deleted_at = 1 where id = ?').run(messages[1]);
    expect(found(await search('walrus '))).toEqual([messages[0]]);
    $client.prepare('update messages set deleted_at = null').run();
    $client.prepare("update messages set text = 'an otter' where id = ?").run(messages[1]);
    expect(new Set(found(await search('walrus ')))).toEqual(new Set([messages[0], messages[2]]));
    $client.prepare('update conversations set deleted_at = 1 where id = ?').run(id);
    expect(found(await search('walrus '))).toEqual([]);
    $client.prepare('delete from conversations').run();
    expect(
      $client.prepare("select count(*) from message_words where message_words match 'walrus'").pluck().get(),
    ).toBe(0);
  });

  it('looks among one role only, and no further than asked', async () => {
    const { messages } = say(room.database, 'One', 'tiger', 'tiger tiger', 'tiger again');
    expect(found(await search('tiger ', { role: 'assistant' }))).toEqual([messages[1]]);
    expect(await search('tiger ', { limit: 2 })).toMatchObject({ truncated: true, results: { length: 2 } });
  });

  it('finds messages like another by their telling words while there are no vectors', async () => {
    const one = say(room.database, 'One', 'compile the kernel with another scheduler patch');
    const two = say(room.database, 'Two', 'the scheduler patch breaks my kernel');
    say(room.database, 'Three', 'a recipe for pancakes with maple syrup');
    const { body } = await room.api('GET', `/messages/${one.messages[0]}/similar`);
    expect(body.method).toBe('words');
    expect(found(body)).toEqual(two.messages);
    expect((await room.api('GET', '/messages/01ARZ3NDEKTSV4RRFFQ69G5FAV/similar')).status).toBe(404);
  });
});

const TOPICS = {
  kitchen: 'pancake batter flour oven butter recipe dough bread baking sugar',
  network: 'socket packet router tcp latency bandwidth firewall port proxy dns',
};

function talkAbout(topic: keyof typeof TOPICS, count: number) {
  const words = TOPICS[topic].split(' ');
  return Array.from({ length: count }, (_, at) => {
    const some = words.map((_, step) => words[(at * 3 + step * (at + 1)) % words.length]);
    return say(
      room.database,
      `${topic} ${at}`,
      `${some.join(' ')} question ${at}`,
      some.toReversed().join(' '),
    ).id;
  });
}

describe('the map of conversations', () => {
  it('is drawn when it is first looked at, groups what is alike, and names the groups', async () => {
    const kitchen = talkAbout('kitchen', 6);
    const network = talkAbout('network', 6);
    expect((await room.api('GET', '/conversations/map')).body).toMatchObject({
      status: 'running',
      points: [],
    });
    await room.drawn(0);
    const { body } = await room.api('GET', '/conversations/map');
    expect(body).toMatchObject({ status: 'ready', method: 'words', stale: false, left_out: 0, error: null });
    expect(body.points).toHaveLength(12);
    for (const { x, y } of body.points) expect(x >= 0 && x <= 1 && y >= 0 && y <= 1).toBe(true);
    const clusterOf = new Map(body.points.map(({ id, cluster }: any) => [id, cluster]));
    const [one] = new Set(kitchen.map((id) => clusterOf.get(id)));
    expect(network.map((id) => clusterOf.get(id))).not.toContain(one);
    const names = body.clusters.map(({ name }: any) => name).join(' ');
    expect(names).toMatch(/recipe|dough|bread|flour|oven|butter|batter|baking|sugar|pancake|kitchen/);
    expect(names).toMatch(/socket|packet|router|tcp|latency|bandwidth|firewall|port|proxy|dns|network/);
  });

  it('is the same for the same conversations', async () => {
    talkAbout('kitchen', 8);
    const draw = async () => {
      const from = room.told.length;
      await room.api('POST', '/conversations/map');
      await room.drawn(from);
      const { body } = await room.api('GET', '/conversations/map');
      return body.points;
    };
    expect(await draw()).toEqual(await draw());
  });

  it('tells which conversations are alike and which are nearly the same', async () => {
    const kitchen = talkAbout('kitchen', 4);
    talkAbout('network', 4);
    const long =
      'please explain how the garbage collector of this runtime decides which objects it keeps and which it frees';
    const first = say(room.database, 'First', long, 'It marks what can be reached.').id;
    const second = say(room.database, 'Second', long, 'It marks what can be reached!').id;
    await room.api('GET', '/conversations/map');
    await room.drawn(0);
    const { body } = await room.api('GET', '/conversations/duplicates');
    expect(body.groups).toHaveLength(1);
    expect(body.groups[0].conversations.map(({ id }: any) => id).toSorted()).toEqual(
      [first, second].toSorted(),
    );
    const alike = await room.api('GET', `/conversations/${kitchen[0]}/similar`);
    expect(kitchen).toContain(alike.body.conversations[0].id);
    expect(alike.body.conversations[0].id).not.toBe(kitchen[0]);
  });

  it('leaves out deleted conversations at once and is drawn again after enough changed', async () => {
    const [first] = talkAbout('kitchen', 5);
    await room.api('GET', '/conversations/map');
    await room.drawn(0);
    room.database.user.$client
      .prepare('update conversations set deleted_at = ? where id = ?')
      .run(Date.now(), first);
    const { body } = await room.api('GET', '/conversations/map');
    expect(body.points.map(({ id }: any) => id)).not.toContain(first);
    talkAbout('network', 5);
    const from = room.told.length;
    expect((await room.api('GET', '/conversations/map')).body).toMatchObject({
      status: 'running',
      points: { length: 4 },
    });
    await room.drawn(from);
    expect((await room.api('GET', '/conversations/map')).body.points).toHaveLength(9);
  });

  it('of nothing is empty', async () => {
    expect((await room.api('GET', '/conversations/map')).body).toMatchObject({ status: 'none', points: [] });
    expect((await room.api('GET', '/conversations/duplicates')).body).toEqual({ groups: [] });
  });
});
