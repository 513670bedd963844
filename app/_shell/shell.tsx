'use client';

import { type ReactNode, useEffect, useLayoutEffect } from 'react';
import { adoptPreferences, loadPreferences, recallPreferences } from '#app/_client/preferences.ts';
import { QueryProvider } from '#app/_client/query.tsx';
import { useSession } from '#app/_client/session.ts';
import { useTopic } from '#app/_client/socket.ts';
import type { SettingsEvents } from '#server/features/settings/contract.ts';
import { notifyError } from '#app/_ui/toast.ts';
import { ConnectionBanner } from './connection-banner.tsx';
import { Overlays } from './overlays.tsx';
import { press } from './shortcuts.ts';
import { Sidebar } from './sidebar.tsx';
import { SignIn } from './sign-in.tsx';
import { enter } from './entry.ts';
import { type ScreenFeature, SlotProvider, useSlot } from './slots.tsx';
import { useAppearance } from './theme.ts';

/** The frame around every screen: signs in first, then shows sidebar and screen, and listens for shortcuts. */
export function Shell({ features, children }: { features: ScreenFeature[]; children: ReactNode }) {
  const session = useSession((state) => state.state);
  useLayoutEffect(recallPreferences, []);
  useAppearance();
  useEffect(() => {
    const tryToEnter = () => void enter().catch(notifyError);
    tryToEnter();
    // A link opened where the page already is changes the fragment and loads nothing.
    window.addEventListener('hashchange', tryToEnter);
    return () => window.removeEventListener('hashchange', tryToEnter);
  }, []);
  useEffect(() => {
    if (session === 'signed_in') loadPreferences().catch(notifyError);
  }, [session]);
  useTopic<Pick<SettingsEvents, 'settings.changed'>>(session === 'signed_in' ? 'settings' : null, {
    'settings.changed': adoptPreferences,
  });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (!event.defaultPrevented && press(event)) event.preventDefault();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
  return (
    <QueryProvider>
      <SlotProvider features={features}>
        {session === 'signed_out' ? <SignIn /> : <Frame ready={session === 'signed_in'}>{children}</Frame>}
        <Overlays />
      </SlotProvider>
    </QueryProvider>
  );
}

/** Before the daemon has answered the frame stands there empty, so that nothing jumps when it fills. */
function Frame({ ready, children }: { ready: boolean; children: ReactNode }) {
  const banners = useSlot('frame.banner');
  return (
    <div className="flex h-dvh flex-col">
      <a
        href="#content"
        className="sr-only focus-visible:not-sr-only focus-visible:fixed focus-visible:top-2 focus-visible:left-2 focus-visible:z-50 focus-visible:rounded-control focus-visible:bg-surface focus-visible:px-3 focus-visible:py-2"
      >
        Skip to the content
      </a>
      <ConnectionBanner />
      {ready && banners.map(({ id, content: Content }) => <Content key={id} />)}
      <div className="flex min-h-0 flex-1">
        <Sidebar ready={ready} />
        {ready && children}
      </div>
    </div>
  );
}
