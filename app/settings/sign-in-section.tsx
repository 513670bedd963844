'use client';

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '#app/_ui/button.tsx';
import { CopyText } from '#app/_ui/copy-text.tsx';
import { Dialog } from '#app/_ui/dialog.tsx';
import { notify, notifyError } from '#app/_ui/toast.ts';
import { createLink, rotate } from './api.ts';
import { Row, Section } from './section.tsx';

export function SignInSection() {
  const [asking, setAsking] = useState(false);
  const link = useMutation({ mutationFn: createLink, onError: notifyError });
  const end = useMutation({
    mutationFn: rotate,
    onSuccess: () => {
      setAsking(false);
      link.reset();
      notify('Every other browser is signed out.');
    },
    onError: notifyError,
  });
  return (
    <Section title="Sign-in">
      <Row
        label="Another browser"
        hint={
          link.data === undefined ? (
            'Makes a link that signs in one browser on this machine, once, within a day.'
          ) : (
            <CopyText text={link.data} label="sign-in link" />
          )
        }
      >
        <Button disabled={link.isPending} onClick={() => link.mutate()}>
          {link.data === undefined ? 'Make a link' : 'Make another'}
        </Button>
      </Row>
      <Row label="Sign out everywhere else" hint="Ends every other sign-in and every unused link at once.">
        <Button look="danger" onClick={() => setAsking(true)}>
          Sign out others
        </Button>
      </Row>
      <Dialog
        open={asking}
        onOpenChange={setAsking}
        title="Sign out every other browser?"
        description="This one stays signed in. The others need a new link. Running answers go on."
        actions={
          <>
            <Button onClick={() => setAsking(false)}>Cancel</Button>
            <Button look="primary" disabled={end.isPending} onClick={() => end.mutate()}>
              Sign out others
            </Button>
          </>
        }
      />
    </Section>
  );
}
