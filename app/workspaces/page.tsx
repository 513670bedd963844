import { Suspense } from 'react';
import { CodeScreen } from './code-screen.tsx';

export default function Page() {
  return (
    // The place is in the query, which a static page does not know.
    <Suspense>
      <CodeScreen />
    </Suspense>
  );
}
