import type { ModeResult } from '#server/features/retrieval/measure/contract.ts';
import { COLORS } from './mode-look.ts';

interface EstimateBarProps {
  estimate: ModeResult['mrr'];
  mode: ModeResult['mode'];
}

/** A figure from 0 to 1 as a bar, its 95 % interval as a whisker. */
export function EstimateBar({ estimate: { value, low, high }, mode }: EstimateBarProps) {
  const x = (part: number) => `${(part * 100).toFixed(2)}%`;
  return (
    <svg className="block h-5 w-full overflow-visible">
      <rect width="100%" y="6" height="8" rx="2" fill="var(--sunken)" />
      <rect width={x(value)} y="6" height="8" rx="2" fill={COLORS[mode]} opacity="0.7" />
      <g stroke="var(--ink)" strokeWidth="1.5">
        <line x1={x(low)} x2={x(high)} y1="10" y2="10" />
        <line x1={x(low)} x2={x(low)} y1="6" y2="14" />
        <line x1={x(high)} x2={x(high)} y1="6" y2="14" />
      </g>
    </svg>
  );
}
