'use client';

import { useSlot } from '#app/_shell/slots.tsx';
import { AppearanceSection } from './appearance-section.tsx';
import { ConversationsSection } from './conversations-section.tsx';
import { DaemonSection } from './daemon-section.tsx';
import { KeyboardSection } from './keyboard-section.tsx';
import { Section } from './section.tsx';
import { SignInSection } from './sign-in-section.tsx';
import { WritingSection } from './writing-section.tsx';

/** Every card of the settings, other rooms' included. */
export function Sections() {
  const added = useSlot('settings.section');
  return (
    <>
      <AppearanceSection />
      <WritingSection />
      {added.map(({ id, title, content: Content }) => (
        <Section key={id} title={title}>
          <Content />
        </Section>
      ))}
      <KeyboardSection />
      <ConversationsSection />
      <SignInSection />
      <DaemonSection />
    </>
  );
}
