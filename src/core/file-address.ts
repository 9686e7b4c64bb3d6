import { InputError } from './errors.ts';

/**
 * The path that a file: address names; of one with a host, that of a share (`//host/path`).
 * @throws InputError 'bad-argument' for an address that is none
 */
export function pathOfFileAddress(address: string): string {
  try {
    const { host, pathname } = new URL(address);
    const path = decodeURIComponent(pathname);
    if (host !== '') return `//${host}${path}`;
    return /^\/[A-Za-z]:/.test(path) ? path.slice(1) : path;
  } catch (cause) {
    throw new InputError('bad-argument', {
      expected: 'an address such as file:///folder/name', found: address, remedy: 'Check its spelling: a percent sign in a name is written %25.',
    }, { cause });
  }
}
