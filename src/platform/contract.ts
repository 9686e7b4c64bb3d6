/** What an adapter is, as plain data that can be shown to a user or written into a report. */
export interface AdapterDescription {
  vendor: string;
  architecture: string;
  device: string;
  /** The driver's own words, e.g. `llvmpipe (LLVM 15.0.6, 256 bits)`; empty where the browser hides them. */
  description: string;
  /** Computed by the CPU: right, but many times slower than a GPU. */
  software: boolean;
  features: string[];
  limits: Record<string, number>;
}

declare global {
  // Empty, so that a program whose libraries have no WebGPU can use our types; with others they merge.
  interface GPUAdapter {}
  interface GPUDevice {}
}

/** Which adapter to use: a GPU or nothing, Mesa's lavapipe, SwiftShader, or (`auto`) the best there is. */
export type AdapterChoice = 'auto' | 'gpu' | 'lavapipe' | 'swiftshader';

export interface AdapterRequest {
  /** Where left out, the environment variable YOLOV10_ADAPTER decides in Node and Deno, else `auto`. */
  choice?: AdapterChoice;
  powerPreference?: 'low-power' | 'high-performance';
  /** Dawn toggles to switch on, e.g. `disable_robustness`; Node only. */
  toggles?: string[];
}

export interface AdapterGrant {
  adapter: GPUAdapter;
  description: AdapterDescription;
  /** Hold on to this for as long as the adapter or its device lives: in Node, Dawn crashes without it. */
  keep: unknown;
}

/** How much of a download has arrived; `total` is undefined where the server does not say. Both in bytes. */
export interface DownloadProgress {
  url: string;
  loaded: number;
  total: number | undefined;
}

/** What a byte source names: bytes at hand, an address to fetch, or a path. */
export type Location =
  | { kind: 'bytes'; bytes: Blob | ArrayBuffer | Uint8Array }
  | { kind: 'address'; address: string }
  | { kind: 'path'; path: string };

/** A path (Node, Deno), http(s) URL, hub id `owner/name`, or the bytes themselves. */
export type ByteSource = string | URL | Blob | ArrayBuffer | Uint8Array;

export interface ByteRequest {
  signal?: AbortSignal;
  onProgress?: (progress: DownloadProgress) => void;
  /** Where hub ids are looked up; where left out HF_ENDPOINT (Node, Deno), else https://huggingface.co. */
  hub?: string;
  /** False downloads anew and keeps nothing. */
  cache?: boolean;
}

/** What each runtime provides; `node.ts`, `deno.ts` and `browser.ts` implement it. */
export interface Platform {
  /** @throws InputError `no-webgpu`, with what to do on this system. */
  requestAdapter(request?: AdapterRequest): Promise<AdapterGrant>;
  /** @throws InputError `not-found`, `offline` or `not-onnx` (a web page instead of a file). */
  readBytes(source: ByteSource, request?: ByteRequest): Promise<Uint8Array<ArrayBuffer>>;
  /** Where `readBytes` reads from. @throws InputError `bad-argument` for an address that is none */
  locateSource(source: ByteSource, request?: ByteRequest): Location;
}
