/** The package declares types for its bare name only, which neither Node nor Deno can import. */
declare module 'wgsl_reflect/wgsl_reflect.module.js' {
  export * from 'wgsl_reflect';
}
