import { afterEach, describe, expect, test, vi } from 'vitest';
import { adoptDevice } from '../../src/device.ts';
import { parseModel } from '../../src/onnx/parse.ts';
import { decodeModel, encodeModel } from '../../src/onnx/decode.ts';
import { StringStringEntryProto } from '../../src/onnx/schema.gen.js';
import { readModelFiles } from '../../src/load-model.ts';
import * as browser from '../../src/platform/browser.ts';
import type { ByteRequest, ByteSource } from '../../src/platform/contract.ts';
import { locate, siblingOf } from '../../src/platform/locate.ts';
import { locateSource } from '../../src/platform/node.ts';
import { seededModel, tinyConfig } from '../cases/seeded-model.ts';

const weight = 'model.2.cv2.conv.weight';
const sound = seededModel(tinyConfig());
const content = parseModel(sound).graph.initializers.get(weight)!.bytes;

/** The model with one weight in another file. */
function withDataFile(name: string): Uint8Array<ArrayBuffer> {
  const message = decodeModel(sound);
  const tensor = message.graph!.initializer.find((candidate) => candidate.name === weight)!;
  Object.assign(tensor, { dataLocation: 1, rawData: new Uint8Array(), externalData: [new StringStringEntryProto({ key: 'location', value: name })] });
  return encodeModel(message) as Uint8Array<ArrayBuffer>;
}

/** Where the data file was looked for, and what was found. */
async function lookup(source: ByteSource, name: string, request: ByteRequest = {}): Promise<{ asked: string[]; found: number | undefined }> {
  const asked: string[] = [];
  const readBytes = async (from: ByteSource): Promise<Uint8Array<ArrayBuffer>> => {
    if (from === source) return withDataFile(name);
    asked.push(from as string);
    return content as Uint8Array<ArrayBuffer>;
  };
  const { external } = await readModelFiles({ readBytes, locateSource }, source, request);
  return { asked, found: external.get(name)?.length };
}

describe('a data file of a model', () => {
  test.each<[string, ByteSource, string, string]>([
    ['by hub id', 'owner/model', 'model.onnx_data', 'https://hub.test/owner/model/resolve/main/onnx/model.onnx_data'],
    ['by address', 'https://site.test/a/model.onnx', 'weights.bin', 'https://site.test/a/weights.bin'],
    ['by an address with a slash in its query', 'https://site.test/a/model.onnx?token=b/c#d', 'weights.bin', 'https://site.test/a/weights.bin?token=b/c'],
    ['with a name that addresses encode', new URL('https://site.test/a/model.onnx'), 'sub/100% w#1.bin', 'https://site.test/a/sub/100%25%20w%231.bin'],
    ['by path', 'folder/sub/model.onnx', 'weights.bin', 'folder/sub/weights.bin'],
    ['by file address', 'file:///folder/a%20b/model.onnx', 'weights.bin', '/folder/a b/weights.bin'],
    ['by a path like a hub id', 'folder/model.onnx', 'weights', './folder/weights'],
  ])('%s is looked for beside it', async (_title, source, name, address) => {
    expect(await lookup(source, name, { hub: 'https://hub.test' })).toEqual({ asked: [address], found: content.length });
  });

  test('is nowhere for bytes and addresses without a folder', async () => {
    for (const source of [new Uint8Array(3), 'data:,x', 'blob:https://site.test/7']) {
      expect(await lookup(source, 'weights.bin')).toEqual({ asked: [], found: undefined });
    }
    expect(siblingOf({ kind: 'address', address: 'data:a/b,c' }, 'w')).toBeNull();
  });
});

test.each(['file:///a%zz', 'file://[/a', 'https://'])('%s is an error with a remedy', (address) => {
  expect(() => locate(address)).toThrow(expect.objectContaining({ name: 'InputError', code: 'bad-argument', found: address }));
});

describe('an address of another protocol', () => {
  const npm = 'npm:/yolov10-webgpu@0.1.0/models/yolov10n-codes.onnx';
  test.each<[ByteSource, string?]>([[npm], [new URL(npm)], ['jsr:@scope/name'], ['ftp://site.test/a.onnx'], [new URL('node:fs')], ['owner/model', 'ftp://hub.test']])('%s is refused', (source, hub) => {
    expect(() => locate(source, hub)).toThrow(expect.objectContaining({ name: 'InputError', code: 'bad-argument', expected: expect.stringContaining('https') as string }));
  });

  test('is what a path with a drive is not', () => {
    for (const path of ['C:\\models\\a.onnx', './a:b.onnx']) expect(locate(path)).toEqual({ kind: 'path', path });
  });
});

test('a file address with a host is a share', () => {
  expect(locate('file://server/folder/a.onnx')).toEqual({ kind: 'path', path: '//server/folder/a.onnx' });
});

describe('a browser', () => {
  afterEach(() => vi.unstubAllGlobals());

  test('in a worker of a blob takes paths as relative to its site', () => {
    vi.stubGlobal('location', { href: 'blob:https://site.test/1234', origin: 'https://site.test' });
    expect(browser.locateSource('model.onnx')).toEqual({ kind: 'address', address: 'https://site.test/model.onnx' });
    vi.stubGlobal('location', { href: 'blob:null/1234', origin: 'null' });
    expect(() => browser.locateSource('model.onnx')).toThrow(expect.objectContaining({ name: 'InputError', code: 'bad-argument' }));
  });

  test('fetches by its own protocols, those of extensions and of the program that a page is packed into', () => {
    vi.stubGlobal('location', { href: 'app://main/page.html', protocol: 'app:' });
    for (const address of ['app://main/a.onnx', 'chrome-extension://abc/a.onnx', 'https://site.test/a.onnx', 'data:,x']) {
      for (const source of [address, new URL(address)]) expect(browser.locateSource(source)).toEqual({ kind: 'address', address });
    }
    expect(browser.locateSource('a.onnx')).toEqual({ kind: 'address', address: 'app://main/a.onnx' });
    expect(() => browser.locateSource('npm:name')).toThrow(expect.objectContaining({ code: 'bad-argument' }));
  });

  test('in a sandbox, where the Cache API is denied, downloads without it', async () => {
    vi.stubGlobal('fetch', async () => new Response('abc'));
    const denied = vi.fn(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    const before = Object.getOwnPropertyDescriptor(globalThis, 'caches');
    Object.defineProperty(globalThis, 'caches', { get: denied, configurable: true });
    try {
      expect(new TextDecoder().decode(await browser.readBytes('https://site.test/a.onnx'))).toBe('abc');
      expect(denied).toHaveBeenCalledTimes(2);
    } finally {
      if (before) Object.defineProperty(globalThis, 'caches', before);
      else Reflect.deleteProperty(globalThis, 'caches');
    }
  });
});

test('a device that does not tell its adapter is described without', () => {
  const device = { createBuffer: () => null, features: new Set(['subgroups']), limits: { maxBufferSize: 5 } } as unknown as GPUDevice;
  expect(adoptDevice(device).description).toEqual({
    vendor: '', architecture: '', device: '', description: '', software: false, features: ['subgroups'], limits: { maxBufferSize: 5 },
  });
});
