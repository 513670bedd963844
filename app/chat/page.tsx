import { Suspense } from 'react';
import { ChatScreen } from './chat-screen.tsx';

export default function Page() {
  return (
    // The id is in the query, which a static page does not know.
    <Suspense>
      <ChatScreen />
    </Suspense>
  );
}
