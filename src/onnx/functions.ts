/** What to do about a file whose operators are functions of its own (FunctionProto), as torch 2.1 to 2.4 wrote with `dynamo_export`. */
export const INLINE_FUNCTIONS =
  'Inline its functions first, in Python: import onnx.inliner; onnx.save(onnx.inliner.inline_local_functions(onnx.load("in.onnx")), "out.onnx")';
