import { InputError } from '../core/errors.ts';

interface Signature {
  matches(bytes: Uint8Array, text: string): boolean;
  found: string;
  remedy: string;
}

const exportAgain = 'Export it to ONNX first: yolo export model=… format=onnx.';
const downloadAgain = 'Download it again, following redirects, and compare its size with the source.';

const signatures: readonly Signature[] = [
  {
    matches: (bytes) => bytes.length === 0,
    found: 'an empty file',
    remedy: downloadAgain,
  },
  {
    matches: (_, text) => text.startsWith('version https://git-lfs'),
    found: 'a git-LFS pointer instead of the file it stands for',
    remedy: 'Run `git lfs pull`, or download the file itself.',
  },
  {
    matches: (_, text) => /^\s*<(!doctype|html|\?xml|head|body)/i.test(text),
    found: 'a web page (HTML or XML)',
    remedy: downloadAgain,
  },
  {
    matches: (bytes) => startsWith(bytes, [0x50, 0x4b, 0x03, 0x04]),
    found: 'a zip archive, such as a PyTorch checkpoint (.pt)',
    remedy: exportAgain,
  },
  {
    matches: (bytes) => bytes[0] === 0x80 && bytes[1]! >= 2 && bytes[1]! <= 5,
    found: 'a Python pickle, such as an old PyTorch checkpoint (.pt)',
    remedy: exportAgain,
  },
  {
    matches: (_, text) => text.startsWith('ptrt') || text.slice(4, 40).startsWith('{"description"'),
    found: 'a TensorRT engine',
    remedy: 'Engines cannot be turned back: use the ONNX file it was built from.',
  },
  {
    matches: (_, text) => text.slice(4, 8) === 'TFL3',
    found: 'a TensorFlow Lite model',
    remedy: exportAgain,
  },
  {
    matches: (_, text) => text[8] === '{' && text[9] === '"',
    found: 'a safetensors file',
    remedy: exportAgain,
  },
  {
    matches: (bytes) => startsWith(bytes, [0x1f, 0x8b]),
    found: 'a gzip file',
    remedy: 'Unpack it first.',
  },
  {
    matches: (bytes, text) => startsWith(bytes, [0xff, 0xd8, 0xff]) || text.startsWith('\x89PNG'),
    found: 'a picture',
    remedy: 'Are the model and the picture swapped?',
  },
  {
    matches: (_, text) => /^\s*[[{]\s*["\w[{\]}-]/.test(text) && isText(text),
    found: 'JSON',
    remedy: 'Pass the .onnx file, not its description.',
  },
  {
    matches: (_, text) => isText(text),
    found: 'plain text',
    remedy: 'Pass the .onnx file itself.',
  },
];

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}

function isText(text: string): boolean {
  return /^[\t\n\r\x20-\x7e]+$/.test(text);
}

/**
 * The error for bytes that do not decode as an ONNX model, naming what they look like instead.
 * @param problem what the decoder stumbled over, used where the bytes look like nothing known
 */
export function notOnnx(bytes: Uint8Array, problem: string): InputError {
  const text = Array.from(bytes.subarray(0, 256), (byte) => String.fromCharCode(byte)).join('');
  const signature = signatures.find((candidate) => candidate.matches(bytes, text));
  return new InputError('not-onnx', {
    expected: 'an ONNX model',
    found: signature ? signature.found : `${bytes.length} bytes: ${problem}`,
    remedy: signature ? signature.remedy : downloadAgain,
  });
}

/** The error for a model that decodes but whose content contradicts itself. */
export function malformed(expected: string, found: string): InputError {
  return new InputError('not-onnx', { expected, found, remedy: 'The file is damaged: export or download it again.' });
}
