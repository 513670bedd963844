'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { Button } from '#app/_ui/button.tsx';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { Select } from '#app/_ui/select.tsx';
import { TextField } from '#app/_ui/text-field.tsx';
import type { Vote } from '#server/features/compare/contract.ts';
import { compareApi } from '../compare-api.ts';
import { readTags } from '../new/tags.ts';
import { putVote } from '../use-comparison.ts';

const CRITERIA = ['Correct', 'Clear', 'Complete'];
const UNRATED = '–';
const GRADES = [UNRATED, '1', '2', '3', '4', '5'].map((value) => ({ value, label: value }));

interface VoteNotesProps {
  vote: Vote;
  first: string;
  second: string;
}

/** A reason, tags and grades by criterion; all of it may stay empty. */
export function VoteNotes({ vote, first, second }: VoteNotesProps) {
  const client = useQueryClient();
  const id = useId();
  const [reason, setReason] = useState(vote.reason);
  const [tags, setTags] = useState(vote.tags.join(', '));
  const [ratings, setRatings] = useState(vote.ratings);
  const save = useMutation({
    mutationFn: () =>
      compareApi.amendVote(vote.id, { reason, tags: readTags(tags), ratings: whole(ratings) }),
    onSuccess: (amended) => putVote(client, amended),
  });
  const grade = (criterion: string, side: 0 | 1, value: string) => {
    const [one, other] = ratings[criterion] ?? [0, 0];
    const given = value === UNRATED ? 0 : Number(value);
    setRatings({ ...ratings, [criterion]: side === 0 ? [given, other] : [one, given] });
  };
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <div>
        <label htmlFor={id} className="font-medium">
          Reason
        </label>
        <textarea
          id={id}
          rows={2}
          value={reason}
          maxLength={10_000}
          onChange={(event) => setReason(event.target.value)}
          className="mt-1 block w-full resize-y rounded-control border border-line bg-surface px-2.5 py-1.5 outline-none focus:border-accent focus:ring-2 focus:ring-accent/20"
        />
      </div>
      <TextField
        label="Tags"
        value={tags}
        hint="Separated by commas. Rankings can be filtered by them."
        onChange={(event) => setTags(event.target.value)}
      />
      <table className="w-full">
        <caption className="pb-1 text-left font-medium">Grades, 5 is best</caption>
        <thead className="text-tiny text-ink-3">
          <tr>
            <th className="text-left font-normal">criterion</th>
            <th className="text-left font-normal">{first}</th>
            <th className="text-left font-normal">{second}</th>
          </tr>
        </thead>
        <tbody>
          {CRITERIA.map((criterion) => (
            <tr key={criterion}>
              <th className="text-left font-normal">{criterion}</th>
              {([0, 1] as const).map((side) => (
                <td key={side} className="py-0.5">
                  <Select
                    label={`${criterion}, ${side === 0 ? first : second}`}
                    value={String(ratings[criterion]?.[side] || UNRATED)}
                    options={GRADES}
                    onChange={(value) => grade(criterion, side, value)}
                  />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {save.isError ? <ErrorNote error={save.error} title="This was not saved." /> : null}
      <div className="flex items-center justify-end gap-3">
        <span role="status" className="text-tiny text-ink-2">
          {save.isSuccess ? 'Saved' : ''}
        </span>
        <Button type="submit" look="primary" disabled={save.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}

/** A criterion counts once both sides have a grade. */
function whole(ratings: Vote['ratings']): Vote['ratings'] {
  return Object.fromEntries(Object.entries(ratings).filter(([, [one, other]]) => one > 0 && other > 0));
}
