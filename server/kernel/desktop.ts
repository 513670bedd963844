import type { Config } from './config.ts';
import type { Log } from './log.ts';
import { runProcess } from './spawn.ts';

/** Opens the link in the person's browser when there is a desktop; the printed link serves otherwise. */
export async function openBrowser(link: string, config: Pick<Config, 'inherited'>, log: Log): Promise<void> {
  const { DISPLAY, WAYLAND_DISPLAY } = config.inherited;
  const mac = process.platform === 'darwin';
  if (!mac && DISPLAY === undefined && WAYLAND_DISPLAY === undefined) return;
  try {
    const command = mac ? '/usr/bin/open' : 'xdg-open';
    const { code } = await runProcess({ command, args: [link], env: config.inherited, timeout: 15_000 });
    if (code !== 0) log.info({ code }, 'the browser could not be opened; use the printed link');
  } catch (error) {
    log.info({ err: error }, 'the browser could not be opened; use the printed link');
  }
}
