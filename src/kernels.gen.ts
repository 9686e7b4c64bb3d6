// Generated from kernels/*.wgsl by tools/generate-kernels.ts. Do not edit.

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

/** One kernel: WGSL text with the entry point `main`, and what was derived from it. */
export interface Kernel {
  readonly source: string;
  readonly bindings: readonly KernelBinding[];
  readonly uniforms: UniformLayout | null;
  readonly constants: Readonly<Record<string, KernelConstant>>;
}

export const kernels = {
} as const satisfies Record<string, Kernel>;

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
