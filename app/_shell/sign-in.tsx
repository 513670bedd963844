'use client';

import { type FormEvent, useState } from 'react';
import { useSession } from '#app/_client/session.ts';
import { Button } from '#app/_ui/button.tsx';
import { TextField } from '#app/_ui/text-field.tsx';
import { Mark } from './mark.tsx';
import { enter, exchange, findToken } from './entry.ts';

/** What the bare address shows: where the link is, and a field for it. */
export function SignIn() {
  const known = useSession((session) => session.problem);
  const [refused, setProblem] = useState<string | null>(null);
  const problem = refused ?? known;
  const [link, setLink] = useState('');
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const token = findToken(link);
    if (token === null)
      return setProblem('That is not a sign-in link. It ends with #token= and a long code.');
    setBusy(true);
    const refusal = await exchange(token);
    setBusy(false);
    setProblem(refusal);
    if (refusal === null) await enter();
  };
  return (
    <main className="flex h-dvh items-center justify-center overflow-y-auto p-4">
      <div className="w-full max-w-sm">
        <Mark size={32} />
        <h1 className="mt-5 text-title font-semibold">Sign in to MLX Code</h1>
        <p className="mt-2 text-reading text-ink-2 text-pretty">
          Open the link that the daemon printed in its terminal. It starts with{' '}
          <code className="text-small">Open</code>, works once, and signs this browser in until you sign it
          out.
        </p>
        <form onSubmit={(event) => void submit(event)} className="mt-5 flex flex-col gap-3">
          <TextField
            label="Or paste the link here"
            name="link"
            mono
            placeholder="http://127.0.0.1:7878/#token=…"
            value={link}
            onChange={(event) => setLink(event.target.value)}
            problem={problem}
          />
          <Button look="primary" type="submit" disabled={busy || link.trim() === ''}>
            {busy ? 'Signing in…' : 'Sign in'}
          </Button>
        </form>
        <p className="mt-5 border-t border-line pt-4 text-small text-ink-3 text-pretty">
          Lost the link? Start MLX Code again with <code>npm start</code>, or make another in a browser that
          is signed in: Settings, Sign-in.
        </p>
      </div>
    </main>
  );
}
