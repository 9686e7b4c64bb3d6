import type { KernelDescription } from './describe.ts';

const HEADER = `// Generated from kernels/*.wgsl by tools/generate-kernels.ts. Do not edit.

/** A buffer a kernel takes, all in @group(0). */
export interface KernelBinding {
  readonly name: string;
  readonly binding: number;
  readonly access: 'uniform' | 'read' | 'read_write';
}

/** Byte layout of a kernel's uniform struct. */
export interface UniformLayout {
  readonly size: number;
  readonly fields: readonly { readonly name: string; readonly offset: number; readonly type: string }[];
}

/** A module-scope constant whose literal may be replaced before compilation. */
export interface KernelConstant {
  readonly type: 'u32' | 'i32' | 'f32' | 'bool';
  readonly value: number | boolean;
}

/** One kernel: WGSL text with the entry point \`main\`, and what was derived from it. */
export interface Kernel {
  readonly source: string;
  readonly bindings: readonly KernelBinding[];
  readonly uniforms: UniformLayout | null;
  readonly constants: Readonly<Record<string, KernelConstant>>;
}
`;

const FOOTER = `
export type KernelName = keyof typeof kernels;

/** Names of the buffers of kernel K, its uniform struct among them. */
export type BindingName<K extends KernelName> = (typeof kernels)[K]['bindings'][number]['name'];

/** Names of the buffers of kernel K that the plan fills: all but the uniform struct. */
export type StorageName<K extends KernelName> =
  Exclude<(typeof kernels)[K]['bindings'][number], { access: 'uniform' }>['name'];

/** Names of the fields of kernel K's uniform struct; never where it has none. */
export type UniformName<K extends KernelName> =
  (typeof kernels)[K]['uniforms'] extends { fields: readonly { name: infer Name }[] } ? Name : never;

/** Names of the constants of kernel K that a variant may replace. */
export type ConstantName<K extends KernelName> = keyof (typeof kernels)[K]['constants'];
`;

/** The generated module's whole text. */
export function renderModule(kernels: [name: string, description: KernelDescription][]): string {
  const entries = kernels.map(([name, description]) => `  ${JSON.stringify(name)}: ${renderKernel(description)},\n`);
  return `${HEADER}\nexport const kernels = {\n${entries.join('')}} as const satisfies Record<string, Kernel>;\n${FOOTER}`;
}

function renderKernel({ source, bindings, uniforms, constants }: KernelDescription): string {
  const list = (items: object[]): string => (items.length === 0 ? '[]' : `[\n${items.map(listItem).join('')}    ]`);
  const layout = uniforms && `{ size: ${uniforms.size}, fields: ${list(uniforms.fields)} }`;
  const entries = Object.entries(constants).map(([name, constant]) => `      ${name}: ${inline(constant)},\n`);
  return `{
    bindings: ${list(bindings)},
    uniforms: ${layout},
    constants: {${entries.length > 0 ? `\n${entries.join('')}    ` : ''}},
    source: ${templateLiteral(source)} as string,
  }`;
}

function listItem(item: object): string {
  return `      ${inline(item)},\n`;
}

function inline(item: object): string {
  const members = Object.entries(item).map(([key, value]) => `${key}: ${typeof value === 'string' ? `'${value}'` : value}`);
  return `{ ${members.join(', ')} }`;
}

function templateLiteral(text: string): string {
  return `\`${text.replace(/[\\`]|\$\{/g, '\\$&')}\``;
}
