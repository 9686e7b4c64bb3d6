/**
 * Writes `src/onnx/schema.gen.js` and its types from `src/onnx/onnx.proto`; `--check` only compares.
 * The JavaScript is protobufjs' static code: no reflection and no `eval` in the browser.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import pbjs from 'protobufjs-cli/pbjs.js';

const proto = 'src/onnx/onnx.proto';
const target = 'src/onnx/schema.gen';
const notice = '// Generated from onnx.proto by tools/generate-onnx.ts; do not edit.\n';

const flags = [
  '--target', 'static-module', '--wrap', 'esm', '--root', 'onnx', '--dependency', 'protobufjs/minimal.js',
  '--no-create', '--no-verify', '--no-convert', '--no-delimited', '--no-typeurl', '--no-comments', '--no-service',
];

const scalars: Record<string, string> = {
  string: 'string', bytes: 'Uint8Array', float: 'number', double: 'number', int32: 'number', int64: 'Int64', uint64: 'Int64',
};

const preamble = `
/** A 64-bit integer: the halves of protobufjs' Long when decoded, a plain number where we write one. */
export type Int64 = number | { low: number; high: number; unsigned: boolean };

/** A Reader of protobufjs by what it surely has: users of our types need not have its. */
interface Reader {
  readonly buf: Uint8Array;
  readonly pos: number;
}

interface Codec<T> {
  new (properties?: Partial<T>): T;
  encode(message: T): { finish(): Uint8Array };
  decode(reader: Reader | Uint8Array): T;
}
`;

async function generateCode(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'onnx-schema-'));
  const out = join(folder, 'schema.js');
  try {
    await new Promise<void>((resolve, reject) => {
      pbjs.main([...flags, '--out', out, proto], (error: Error | null) => (error ? reject(error) : resolve()));
    });
    return notice + (await readFile(out, 'utf8'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

function describeField(field: protobuf.Field): string {
  const type = scalars[field.type] ?? field.type;
  const nullable = !field.repeated && !(field.type in scalars);
  return `  ${field.name}: ${type}${field.repeated ? '[]' : ''}${nullable ? ' | null' : ''};`;
}

function describeMessage(message: protobuf.Type): string {
  const fields = message.fieldsArray.map(describeField).join('\n');
  return `
export interface ${message.name} {
${fields}
  /** Fields this schema does not name, kept as they stand in the file. */
  $unknowns?: Uint8Array[];
}
export const ${message.name}: Codec<${message.name}>;
`;
}

async function generateTypes(): Promise<string> {
  const { root } = protobuf.parse(await readFile(proto, 'utf8'));
  const messages = root.nestedArray.filter((entry) => entry instanceof protobuf.Type);
  return notice + preamble + messages.map(describeMessage).join('');
}

async function emit(path: string, text: string): Promise<void> {
  if (!process.argv.includes('--check')) return writeFile(path, text);
  if ((await readFile(path, 'utf8')) === text) return;
  process.exitCode = 1;
  console.error(`${path} is stale: run npx tsx tools/generate-onnx.ts`);
}

await emit(`${target}.js`, await generateCode());
await emit(`${target}.d.ts`, await generateTypes());
