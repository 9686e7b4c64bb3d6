/** `npm run demo`: the command "demo" of the command line, see src/cli/demo.ts. */
import process from 'node:process';

process.argv.splice(2, 0, 'demo');
await import('../src/cli/main.ts');
