// Right in a checkout and installed: what several entries import is built into a folder as deep as this one.

/** Where the model that comes with the package lies, a detector of machine-readable codes; pass it to `Detector.load`. */
export const codesModel: URL = new URL('../../models/yolov10n-codes.onnx', import.meta.url);
