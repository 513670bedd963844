/** A small button under the search box. */
export const CHIP =
  'reach inline-flex h-[26px] max-w-56 shrink-0 items-center gap-1.5 rounded-control border border-line bg-sunken px-2 text-tiny text-ink-2 transition-colors hover:border-line-strong hover:text-ink';
export const CHIP_ON = 'border-transparent bg-accent-soft font-medium text-accent hover:text-accent';
