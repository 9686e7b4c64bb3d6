/** Flags of GPUBufferUsage, GPUMapMode and GPUShaderStage (WebGPU, sections 5.1, 5.3 and 8.1), which some runtimes do not expose as globals. */
export const USAGE = { MAP_READ: 0x01, COPY_SRC: 0x04, COPY_DST: 0x08, UNIFORM: 0x40, STORAGE: 0x80 } as const;
export const MAP_MODE_READ = 0x01;
export const STAGE_COMPUTE = 0x04;
