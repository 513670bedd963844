export interface TextPart {
  kind: 'same' | 'removed' | 'added';
  text: string;
}

interface MarkedTextProps {
  parts: TextPart[];
  /** Read out as the name of the whole. */
  label: string;
  className: string;
}

/** Two texts in one, told apart by more than colour: what only the first has is struck out, what only the second has underlined. */
export function MarkedText({ parts, label, className }: MarkedTextProps) {
  return (
    <div
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is reached by keyboard
      tabIndex={0}
      role="group"
      data-scrolls
      aria-label={label}
      className={`${className} overflow-y-auto whitespace-pre-wrap border border-line bg-sunken [overflow-wrap:anywhere]`}
    >
      {parts.map(({ kind, text }, index) => {
        const key = `${index} ${kind}`;
        if (kind === 'removed') return <Removed key={key}>{text}</Removed>;
        if (kind === 'added') return <Added key={key}>{text}</Added>;
        return <span key={key}>{text}</span>;
      })}
    </div>
  );
}

export function Removed({ children }: { children: string }) {
  return <del className="bg-bad-soft text-bad">{children}</del>;
}

export function Added({ children }: { children: string }) {
  return <ins className="bg-accent-soft text-accent">{children}</ins>;
}
