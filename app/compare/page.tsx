import { Suspense } from 'react';
import { CompareScreen } from './compare-screen.tsx';

export default function Page() {
  return (
    // The place is in the query, which a static page does not know.
    <Suspense>
      <CompareScreen />
    </Suspense>
  );
}
