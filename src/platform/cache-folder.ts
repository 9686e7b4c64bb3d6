import { homedir, tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Where downloads and unpacked drivers are kept: YOLOV10_CACHE, else the user's cache folder on this system. */
export function cacheFolder(): string {
  const { YOLOV10_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (YOLOV10_CACHE) return YOLOV10_CACHE;
  // As the XDG specification has it, and because drivers are loaded from there: never from the current folder.
  const own = XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : systemCacheFolder(LOCALAPPDATA);
  return join(own, 'yolov10-webgpu');
}

function systemCacheFolder(localAppData: string | undefined): string {
  const home = homedir();
  if (process.platform === 'win32') return localAppData || join(home, 'AppData', 'Local');
  if (process.platform === 'darwin') return join(home, 'Library', 'Caches');
  return home === '/' ? tmpdir() : join(home, '.cache'); // containers without a user have no home
}
