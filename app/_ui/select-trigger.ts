/** How a select box looks while it is closed, fetched or not. */
export const SELECT_TRIGGER =
  'inline-flex h-8 min-w-32 items-center justify-between gap-2 rounded-control border border-line bg-surface px-2.5 text-small transition-colors hover:border-line-strong data-[disabled]:opacity-45';
