'use client';

import { CloudOff } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useConnection } from '#app/_client/socket.ts';

/** Says that the daemon cannot be reached, once that has lasted a second: a blink is not worth a word. */
export function ConnectionBanner() {
  const offline = useConnection((connection) => connection.state === 'offline');
  return <div role="status">{offline && <Lasting />}</div>;
}

function Lasting() {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 1000);
    return () => clearTimeout(timer);
  }, []);
  if (!shown) return null;
  return (
    <p className="flex items-center justify-center gap-2 border-b border-line bg-accent-soft px-3 py-1.5 text-small text-pretty">
      <CloudOff size={15} aria-hidden="true" />
      <span>
        MLX Code is not answering; trying again by itself. What you wrote is kept. If it stays so, run{' '}
        <code>npm start</code>.
      </span>
    </p>
  );
}
