import type { Replay } from '#server/features/chat/contract.ts';

/** Two texts in one: what is only in the answer is struck out, what came instead is underlined. */
export function TextDifference({ parts }: { parts: NonNullable<Replay['difference']> }) {
  return (
    <div
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is reached by keyboard
      tabIndex={0}
      role="group"
      aria-label="Difference of the texts"
      className="mt-2 max-h-64 overflow-y-auto whitespace-pre-wrap rounded-control border border-line bg-sunken px-2.5 py-2 text-tiny [overflow-wrap:anywhere]"
    >
      {parts.map(({ kind, text }, index) => {
        const key = `${index} ${kind}`;
        if (kind === 'removed')
          return (
            <del key={key} className="bg-bad-soft text-bad">
              {text}
            </del>
          );
        if (kind === 'added')
          return (
            <ins key={key} className="bg-accent-soft text-accent">
              {text}
            </ins>
          );
        return <span key={key}>{text}</span>;
      })}
    </div>
  );
}
