import { expect, test } from 'vitest';
import BetterSqlite3 from 'better-sqlite3';
import fc from 'fast-check';
import { porterStem } from './porter-stem.ts';

test('a word has the stem under which the index knows it', () => {
  const database = new BetterSqlite3(':memory:');
  database.exec(
    `create virtual table words using fts5(word, tokenize = "porter unicode61 tokenchars '_'");
     create virtual table stems using fts5vocab(words, instance)`,
  );
  const endings = [
    '',
    's',
    'es',
    'ies',
    'sses',
    'ed',
    'eed',
    'ing',
    'ational',
    'izer',
    'fulness',
    'ative',
    'icate',
    'ement',
  ];
  const others = [
    'ment',
    'ent',
    'ion',
    'tion',
    'sion',
    'ous',
    'ible',
    'ally',
    'y',
    'ly',
    'logy',
    'll',
    'e',
    'ability',
  ];
  const word = fc
    .tuple(
      fc.stringMatching(/^[a-z0-9]{0,9}$/),
      fc.constantFrom(...endings, ...others),
      fc.constantFrom('', 's', 'ing'),
    )
    .map((parts) => parts.join(''))
    .filter((text) => text !== '');
  const insert = database.prepare('insert into words(rowid, word) values (1, ?)');
  const read = database.prepare<[], { term: string }>('select term from stems');
  fc.assert(
    fc.property(word, (text) => {
      database.exec('delete from words');
      insert.run(text);
      expect(porterStem(text)).toBe(read.get()?.term);
    }),
    { numRuns: 3000, examples: [['yying']] },
  );
  database.close();
});
