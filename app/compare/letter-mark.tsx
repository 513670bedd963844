import { classes } from '#app/_ui/classes.ts';

const LETTERS = 'ABCDEF';

/** The colour of the nth contestant as a CSS variable; never without a letter or a name beside it. */
export function contestantColor(index: number): string {
  return `var(--c${(Math.max(0, index) % 6) + 1})`;
}

export function letterColor(letter: string): string {
  return contestantColor(LETTERS.indexOf(letter));
}

interface LetterMarkProps {
  letter: string;
  /** That of the contestant once it is known who it is; the letter's own until then. */
  color?: string | undefined;
  small?: boolean;
}

/** A letter on its colour, which is darkened a little so that the letter can be read. */
export function LetterMark({ letter, color = letterColor(letter), small = false }: LetterMarkProps) {
  return (
    <span
      aria-hidden="true"
      style={{ background: `color-mix(in oklab, ${color} 78%, var(--ink))` }}
      className={classes(
        'inline-flex shrink-0 items-center justify-center rounded-key font-semibold text-bg',
        small ? 'size-[18px] text-key' : 'size-[22px] text-small',
      )}
    >
      {letter}
    </span>
  );
}
