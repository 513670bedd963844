'use client';

import { Screen } from './_shell/screen.tsx';

export default function Page() {
  return <Screen name="Chat">{null}</Screen>;
}
