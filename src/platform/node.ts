/** Node's half of the contract in contract.ts. */
export { requestAdapter } from './node-adapter.ts';
