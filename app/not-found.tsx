import { Compass } from 'lucide-react';
import Link from 'next/link';
import { Screen } from './_shell/screen.tsx';
import { EmptyState } from './_ui/empty-state.tsx';

/** An address that leads nowhere, inside the frame, with the way on. */
export default function NotFound() {
  return (
    <Screen name="Not found">
      <EmptyState
        icon={Compass}
        title="There is nothing at this address"
        actions={
          <Link
            href="/"
            className="reach inline-flex h-8 items-center rounded-control border border-line bg-surface px-3 font-medium transition-colors hover:border-line-strong"
          >
            Start a conversation
          </Link>
        }
      >
        The link may be old or mistyped. Conversations and files are where they were: choose a room at the
        left.
      </EmptyState>
    </Screen>
  );
}
