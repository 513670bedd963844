import Link from 'next/link';
import { classes } from '#app/_ui/classes.ts';
import { addressOf } from './place.ts';

const VIEWS = [
  { view: 'list', label: 'Comparisons', href: addressOf.list },
  { view: 'ranking', label: 'Ranking', href: addressOf.ranking },
  { view: 'sets', label: 'Prompt sets', href: addressOf.sets },
] as const;

/** The three views of the room, in its header. */
export function RoomNavigation({ here }: { here: (typeof VIEWS)[number]['view'] }) {
  return (
    <>
      <h1 className="sr-only">Compare</h1>
      <nav aria-label="Compare" className="flex min-w-0 gap-0.5 overflow-x-auto">
        {VIEWS.map(({ view, label, href }) => (
          <Link
            key={view}
            href={href}
            prefetch={false}
            aria-current={view === here ? 'page' : undefined}
            className={classes(
              'reach rounded-control px-2.5 py-1.5 whitespace-nowrap transition-colors',
              view === here ? 'bg-hover font-medium' : 'text-ink-2 hover:bg-hover hover:text-ink',
            )}
          >
            {label}
          </Link>
        ))}
      </nav>
    </>
  );
}
