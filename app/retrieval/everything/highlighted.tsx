interface HighlightedProps {
  text: string;
  /** Columns from 0, end exclusive; in order, and none within another. */
  highlights: readonly { from: number; to: number }[];
}

/** A text in which what was looked for is marked. */
export function Highlighted({ text, highlights }: HighlightedProps) {
  return highlights.length === 0 ? (
    text
  ) : (
    <>
      {highlights.map(({ from, to }, at) => (
        <span key={from}>
          {text.slice(highlights[at - 1]?.to ?? 0, from)}
          <mark className="rounded-[2px] bg-accent-soft text-ink">{text.slice(from, to)}</mark>
        </span>
      ))}
      {text.slice(highlights.at(-1)?.to)}
    </>
  );
}
