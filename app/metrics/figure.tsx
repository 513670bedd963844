import { Tooltip } from '#app/_ui/tooltip.tsx';

interface FigureProps {
  /** Undefined shows a dash: not known yet. */
  value: string | undefined;
  unit: string;
  meaning: string;
}

/** The number that a card is about. */
export function Figure({ value, unit, meaning }: FigureProps) {
  return (
    <Tooltip text={meaning}>
      <span className="figures text-small">
        <b className="font-semibold">{value ?? '–'}</b> <span className="text-ink-3">{unit}</span>
      </span>
    </Tooltip>
  );
}
