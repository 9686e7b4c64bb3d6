/**
 * Runs a TypeScript file or an installed command; on a fresh clone it installs the dependencies first.
 *
 *   node tools/run.mjs src/cli/main.ts detect photo.jpg     (in the folder the user stands in)
 *   node tools/run.mjs vitest run                           (in the project's folder)
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const inRoot = (...parts) => join(root, ...parts);

/** Least minor version of a major one: what sharp asks for, and what the test runner does. */
const PRODUCT = { 20: 9 };
const TESTS = { 20: 19, 22: 12 };

function requireNode(least) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major >= 20 && minor >= (least[major] ?? 0)) return;
  const wanted = Object.entries(least).map((version) => version.join('.')).join(' or ');
  console.error(`expected Node ${wanted} or newer, found ${process.versions.node}. Install it from nodejs.org.`);
  process.exit(1);
}

function isComplete() {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
  return Object.keys({ ...dependencies, ...devDependencies }).every((name) => existsSync(inRoot('node_modules', name)));
}

/** `npm ci`, its words on stderr because stdout belongs to the command. */
function install() {
  console.error('Installing dependencies (npm ci) ...');
  const npm = process.env.npm_execpath;
  const [command, ...args] = npm?.endsWith('.js') ? [process.execPath, npm] : ['npm'];
  const options = { cwd: root, stdio: ['ignore', 2, 2], shell: command === 'npm' && process.platform === 'win32' };
  const { status } = spawnSync(command, [...args, 'ci', '--loglevel=error'], options);
  if (status === 0) return;
  console.error('npm ci failed: check the connection to the npm registry, then try again.');
  process.exit(1);
}

function run([target, ...args]) {
  const isScript = /\.m?ts$/.test(target);
  const command = isScript
    ? ['--import', new URL('../node_modules/tsx/dist/loader.mjs', import.meta.url).href, inRoot(target), ...args]
    : [binOf(target), ...args];
  const cwd = isScript ? (process.env.INIT_CWD ?? process.cwd()) : root;
  const child = spawn(process.execPath, command, { cwd, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(signal ? 1 : code));
}

/** The JavaScript behind an installed command: its shell wrapper would not start on Windows. */
function binOf(name) {
  const { bin } = JSON.parse(readFileSync(inRoot('node_modules', name, 'package.json'), 'utf8'));
  return inRoot('node_modules', name, typeof bin === 'string' ? bin : bin[name]);
}

requireNode(process.argv[2] === 'vitest' ? TESTS : PRODUCT);
if (!isComplete()) install();
run(process.argv.slice(2));
