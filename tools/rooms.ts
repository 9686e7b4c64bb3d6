import { readFileSync, readdirSync } from 'node:fs';
import { join, posix } from 'node:path';

/** What each room of src/ may import from other rooms. The command line and the files that wire the rooms may import any. */
const ROOMS: Record<string, readonly string[]> = {
  core: [],
  'kernels.gen.ts': [],
  onnx: ['core'],
  yolov10: ['onnx', 'core'],
  exporting: ['yolov10', 'onnx', 'core'],
  plan: ['yolov10', 'kernels.gen.ts', 'core'],
  reference: ['plan', 'core'],
  gpu: ['plan', 'kernels.gen.ts', 'core'],
  image: ['core'],
  crosscheck: ['image', 'yolov10', 'onnx', 'core'],
  platform: ['core'],
};

/** The only rooms that may name a package. */
const PACKAGES: Record<string, readonly string[]> = {
  protobufjs: ['onnx'],
  webgpu: ['platform'],
  sharp: ['image', 'platform'],
};

const IMPORT = /\b(?:from|import)\s*\(?\s*'([^']+)'/g;

/** A source file as its path inside src/ (`onnx/parse.ts`) and its text. */
export interface SourceFile {
  path: string;
  text: string;
}

/** Every TypeScript and JavaScript file under a project's src/. */
export function sourceFiles(root: string): SourceFile[] {
  return readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => /(?<!\.d)\.(ts|js)$/.test(path))
    .map((path) => ({ path, text: readFileSync(join(root, 'src', path), 'utf8') }));
}

/** One sentence for each import that crosses a wall between rooms. */
export function roomViolations(files: SourceFile[]): string[] {
  return files.flatMap((file) => specifiersOf(file).flatMap((specifier) => complaint(file.path, specifier) ?? []));
}

/** The files reached from one file through relative imports, itself included. */
export function importGraph(files: SourceFile[], entry: string): SourceFile[] {
  const reached = new Map<string, SourceFile>();
  const visit = (path: string): void => {
    const file = files.find((candidate) => candidate.path === path);
    if (!file || reached.has(path)) return;
    reached.set(path, file);
    for (const specifier of specifiersOf(file)) if (specifier.startsWith('.')) visit(resolve(path, specifier));
  };
  visit(entry);
  return [...reached.values()];
}

/** What a file imports, statically or dynamically, in order. */
export function specifiersOf({ text }: SourceFile): string[] {
  return [...text.matchAll(IMPORT)].map(([, specifier = '']) => specifier);
}

function complaint(path: string, specifier: string): string | undefined {
  const room = roomOf(path);
  if (!specifier.startsWith('.')) {
    const rooms = PACKAGES[specifier.split('/')[0] ?? ''];
    return rooms && !rooms.includes(room) ? `src/${path} imports the package ${specifier}, which only ${rooms.join(', ')} may` : undefined;
  }
  const target = resolve(path, specifier);
  const allowed = ROOMS[room];
  if (!allowed && room !== 'cli' && path.includes('/')) return `src/${path} is in a room that tools/rooms.ts does not know`;
  if (!allowed || roomOf(target) === room || allowed.includes(roomOf(target))) return undefined;
  return `src/${path} imports ${target}, but ${room} may import ${allowed.length > 0 ? allowed.join(', ') : 'nothing'} only`;
}

function roomOf(path: string): string {
  return path.split('/')[0] ?? path;
}

function resolve(from: string, specifier: string): string {
  return posix.join(posix.dirname(from), specifier);
}
