/** Node's side of the contract in contract.ts. */
export { requestAdapter } from './node-adapter.ts';
export { locateSource, readBytes } from './node-bytes.ts';
