import { expect, test } from 'vitest';
import { dayLabel, groupByDate } from './date-groups.ts';

const now = new Date(2026, 2, 29, 9, 30);

test.each([
  ['this morning', new Date(2026, 2, 29, 0, 0), 'Today'],
  ['a clock that is ahead', new Date(2026, 2, 29, 23, 0), 'Today'],
  ['last night', new Date(2026, 2, 28, 23, 59), 'Yesterday'],
  ['the day before', new Date(2026, 2, 27, 12, 0), 'Last week'],
  ['seven days ago', new Date(2026, 2, 22, 0, 0), 'Last week'],
  ['eight days ago', new Date(2026, 2, 21, 23, 59), 'Last month'],
  ['this year', new Date(2026, 0, 5), 'January'],
  ['another year', new Date(2025, 10, 5), 'November 2025'],
])('%s is listed under its day', (_, date, label) => {
  expect(dayLabel(date, now)).toBe(label);
});

test('pinned conversations come first, whatever their date, and each heading once', () => {
  const conversation = (id: string, updated: Date, pinned = false) => ({
    id,
    title: id,
    pinned,
    created_at: 0,
    updated_at: updated.getTime(),
    running: false,
  });
  const rows = groupByDate(
    [
      conversation('a', new Date(2026, 2, 29)),
      conversation('b', new Date(2026, 2, 29)),
      conversation('c', new Date(2026, 2, 28)),
      conversation('old', new Date(2025, 0, 1), true),
    ],
    now,
  );
  expect(rows.map((row) => (row.kind === 'heading' ? `# ${row.label}` : row.conversation.id))).toEqual([
    '# Pinned',
    'old',
    '# Today',
    'a',
    'b',
    '# Yesterday',
    'c',
  ]);
});

test('no conversations make no headings', () => {
  expect(groupByDate([], now)).toEqual([]);
});
