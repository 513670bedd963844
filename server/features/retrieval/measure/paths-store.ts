import type { Question } from '../search/question.ts';

/** What an index holds: the paths of its files, and how many chunks. */
export const indexedPaths: Question<object, { paths: string[]; chunks: number }> = ({ index }) => ({
  paths: index
    .prepare<[], string>("select path from files where status = 'indexed' order by path")
    .pluck()
    .all(),
  chunks: index.prepare<[], number>('select count(*) from chunks').pluck().get() ?? 0,
});
