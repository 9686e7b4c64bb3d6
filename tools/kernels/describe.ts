import { WgslReflect } from 'wgsl_reflect/wgsl_reflect.module.js';
import type { VariableInfo } from 'wgsl_reflect';
import { type AssembledKernel, stripComments } from './assemble.ts';

/** What the generated module holds for one kernel; all of it derived from the WGSL. */
export interface KernelDescription {
  source: string;
  bindings: { name: string; binding: number; access: 'uniform' | 'read' | 'read_write' }[];
  uniforms: { size: number; fields: { name: string; offset: number; type: string }[] } | null;
  constants: Record<string, { type: string; value: number | boolean }>;
}

const CONSTANT = /^const\s+([A-Z][A-Z0-9_]*)\s*:\s*(u32|i32|f32|bool)\s*=\s*([^;]+?)\s*;$/gm;
const LITERAL = /^(true|false|-?\d+[ui]?|-?\d*\.?\d+(e[+-]?\d+)?[f]?|-?\d+\.(e[+-]?\d+)?[f]?)$/i;
const UNIFORM_FIELD = /^(u32|i32|f32|vec[234](u|i|f|<(u32|i32|f32)>))$/;

/**
 * Derives bindings, uniform layout and specialisation constants of an assembled kernel.
 *
 * @throws Error naming the kernel and the broken convention.
 */
export function describeKernel(kernel: AssembledKernel): KernelDescription {
  const source = stripComments(kernel.text);
  const complain = (problem: string): never => {
    throw new Error(`kernels/${kernel.name}.wgsl: ${problem}`);
  };
  const reflected = reflect(source, complain);
  const entries = reflected.entry.compute;
  if (entries.length !== 1 || entries[0]?.name !== 'main') complain('needs one @compute entry point named main');
  if (reflected.uniforms.length > 1) complain('may have one uniform binding only');
  if (reflected.textures.length + reflected.samplers.length > 0) complain('only buffers are supported as bindings');
  const variables = [...reflected.uniforms, ...reflected.storage].sort((a, b) => a.binding - b.binding);
  for (const { name, group } of variables) if (group !== 0) complain(`${name} must be in @group(0)`);
  if (new Set(variables.map(({ binding }) => binding)).size < variables.length) complain('has a binding number twice');
  const [uniform] = reflected.uniforms;
  return {
    source,
    bindings: variables.map((variable) => ({
      name: variable.name,
      binding: variable.binding,
      access: variable === uniform ? 'uniform' : storageAccess(variable, complain),
    })),
    uniforms: uniform ? uniformLayout(uniform, complain) : null,
    constants: constantsOf(source, complain),
  };
}

function reflect(source: string, complain: (problem: string) => never): WgslReflect {
  try {
    return new WgslReflect(withoutBodies(source));
  } catch (error) {
    return complain(`wgsl_reflect cannot read it: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Declarations say all that is derived here, and wgsl_reflect's parser rejects some valid function bodies. */
function withoutBodies(source: string): string {
  let depth = 0;
  let inFunction = false;
  let kept = '';
  for (const [token] of source.matchAll(/\bfn\b|[{}]|[\s\S]/g)) {
    if (token === 'fn' && depth === 0) inFunction = true;
    if (token === '}' && --depth === 0) inFunction = false;
    if (!inFunction || depth === 0) kept += token;
    if (token === '{') depth += 1;
  }
  return kept;
}

function storageAccess(variable: VariableInfo, complain: (problem: string) => never): 'read' | 'read_write' {
  const access = variable.access || 'read';
  return access === 'read' || access === 'read_write' ? access : complain(`${variable.name} has access ${access}`);
}

function uniformLayout(
  variable: VariableInfo,
  complain: (problem: string) => never,
): NonNullable<KernelDescription['uniforms']> {
  const fields = (variable.members ?? complain(`uniform ${variable.name} must be a struct`)).map((member) => ({
    name: member.name,
    offset: member.offset,
    type: member.type.getTypeName(),
  }));
  const odd = fields.find((field) => !UNIFORM_FIELD.test(field.type));
  if (odd) complain(`uniform field ${odd.name} has type ${odd.type}; only 32-bit scalars and vectors of them are supported`);
  return { size: variable.size, fields };
}

function constantsOf(source: string, complain: (problem: string) => never): KernelDescription['constants'] {
  const constants: KernelDescription['constants'] = {};
  for (const [, name = '', type = '', text = ''] of source.matchAll(CONSTANT)) {
    if (!LITERAL.test(text)) continue; // computed from other constants, so not the engine's to replace
    if (name in constants) complain(`has two constants named ${name}`);
    constants[name] = { type, value: type === 'bool' ? text === 'true' : Number(text.replace(/[uif]$/i, '')) };
  }
  return constants;
}
