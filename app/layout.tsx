import '@fontsource-variable/geist/index.css';
import '@fontsource-variable/geist-mono/index.css';
import './globals.css';
import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';
import { THEME_SCRIPT } from './_shell/theme-script.ts';
import { App } from './app.tsx';

export const metadata: Metadata = {
  title: 'MLX Code',
  description: 'A local-first coding assistant in a browser tab, on MLX.',
  manifest: '/manifest.webmanifest',
  icons: { icon: '/icon.svg' },
  referrer: 'no-referrer',
};

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  interactiveWidget: 'resizes-content',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#fafaf7' },
    { media: '(prefers-color-scheme: dark)', color: '#101114' },
  ],
};

export default function Layout({ children }: { children: ReactNode }) {
  return (
    // The script sets the theme on this element before React sees it.
    <html lang="en" suppressHydrationWarning>
      <head>
        <script dangerouslySetInnerHTML={{ __html: THEME_SCRIPT }} />
      </head>
      <body>
        <App>{children}</App>
      </body>
    </html>
  );
}
