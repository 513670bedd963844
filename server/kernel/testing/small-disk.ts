import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether this process may mount: tests of a full disk need a disk of their own. */
export function canMount(): boolean {
  try {
    unmountDisk(mountDisk(1));
    return true;
  } catch {
    return false;
  }
}

/** Mounts an empty disk of this size in memory and gives its folder.
 * @throws where the process may not mount */
export function mountDisk(megabytes: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'mlx-code-disk-'));
  const options = `size=${megabytes}m,mode=700`;
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'ignore' });
  return folder;
}

/** Takes a mounted disk away, also while something still holds its files. */
export function unmountDisk(folder: string): void {
  execFileSync('umount', ['-l', folder], { stdio: 'ignore' });
}
