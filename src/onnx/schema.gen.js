// Generated from onnx.proto by tools/generate-onnx.ts; do not edit.
/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

const $root = $protobuf.roots["onnx"] || ($protobuf.roots["onnx"] = {});

export const ModelProto = $root.ModelProto = (() => {

    const ModelProto = function (properties) {
        this.opsetImport = [];
        this.metadataProps = [];
        this.functions = [];
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    ModelProto.prototype.irVersion = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
    ModelProto.prototype.producerName = "";
    ModelProto.prototype.producerVersion = "";
    ModelProto.prototype.graph = null;
    ModelProto.prototype.opsetImport = $util.emptyArray;
    ModelProto.prototype.metadataProps = $util.emptyArray;
    ModelProto.prototype.functions = $util.emptyArray;

    ModelProto.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.irVersion != null && $Object.hasOwnProperty.call(message, "irVersion"))
            writer.uint32(8).int64(message.irVersion);
        if (message.producerName != null && $Object.hasOwnProperty.call(message, "producerName"))
            writer.uint32(18).string(message.producerName);
        if (message.producerVersion != null && $Object.hasOwnProperty.call(message, "producerVersion"))
            writer.uint32(26).string(message.producerVersion);
        if (message.graph != null && $Object.hasOwnProperty.call(message, "graph"))
            $root.GraphProto.encode(message.graph, writer.uint32(58).fork(), _depth + 1).ldelim();
        if (message.opsetImport != null && message.opsetImport.length)
            for (let i = 0; i < message.opsetImport.length; ++i)
                $root.OperatorSetIdProto.encode(message.opsetImport[i], writer.uint32(66).fork(), _depth + 1).ldelim();
        if (message.metadataProps != null && message.metadataProps.length)
            for (let i = 0; i < message.metadataProps.length; ++i)
                $root.StringStringEntryProto.encode(message.metadataProps[i], writer.uint32(114).fork(), _depth + 1).ldelim();
        if (message.functions != null && message.functions.length)
            for (let i = 0; i < message.functions.length; ++i)
                $root.FunctionProto.encode(message.functions[i], writer.uint32(202).fork(), _depth + 1).ldelim();
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    ModelProto.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.ModelProto();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 0)
                        break;
                    message.irVersion = reader.int64();
                    continue;
                }
            case 2: {
                    if (wireType !== 2)
                        break;
                    message.producerName = reader.string();
                    continue;
                }
            case 3: {
                    if (wireType !== 2)
                        break;
                    message.producerVersion = reader.string();
                    continue;
                }
            case 7: {
                    if (wireType !== 2)
                        break;
                    message.graph = $root.GraphProto.decode(reader, reader.size(), $undefined, _depth + 1, message.graph);
                    continue;
                }
            case 8: {
                    if (wireType !== 2)
                        break;
                    if (!(message.opsetImport && message.opsetImport.length))
                        message.opsetImport = [];
                    message.opsetImport.push($root.OperatorSetIdProto.decode(reader, reader.size(), $undefined, _depth + 1));
                    continue;
                }
            case 14: {
                    if (wireType !== 2)
                        break;
                    if (!(message.metadataProps && message.metadataProps.length))
                        message.metadataProps = [];
                    message.metadataProps.push($root.StringStringEntryProto.decode(reader, reader.size(), $undefined, _depth + 1));
                    continue;
                }
            case 25: {
                    if (wireType !== 2)
                        break;
                    if (!(message.functions && message.functions.length))
                        message.functions = [];
                    message.functions.push($root.FunctionProto.decode(reader, reader.size(), $undefined, _depth + 1));
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        return message;
    };

    return ModelProto;
})();

export const FunctionProto = $root.FunctionProto = (() => {

    const FunctionProto = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    FunctionProto.prototype.name = "";
    FunctionProto.prototype.domain = "";

    FunctionProto.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.name != null && $Object.hasOwnProperty.call(message, "name"))
            writer.uint32(10).string(message.name);
        if (message.domain != null && $Object.hasOwnProperty.call(message, "domain"))
            writer.uint32(82).string(message.domain);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    FunctionProto.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.FunctionProto();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 2)
                        break;
                    message.name = reader.string();
                    continue;
                }
            case 10: {
                    if (wireType !== 2)
                        break;
                    message.domain = reader.string();
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        return message;
    };

    return FunctionProto;
})();

export const OperatorSetIdProto = $root.OperatorSetIdProto = (() => {

    const OperatorSetIdProto = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    OperatorSetIdProto.prototype.domain = "";
    OperatorSetIdProto.prototype.version = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

    OperatorSetIdProto.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.domain != null && $Object.hasOwnProperty.call(message, "domain"))
            writer.uint32(10).string(message.domain);
        if (message.version != null && $Object.hasOwnProperty.call(message, "version"))
            writer.uint32(16).int64(message.version);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    OperatorSetIdProto.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.OperatorSetIdProto();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 2)
                        break;
                    message.domain = reader.string();
                    continue;
                }
            case 2: {
                    if (wireType !== 0)
                        break;
                    message.version = reader.int64();
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        return message;
    };

    return OperatorSetIdProto;
})();

export const StringStringEntryProto = $root.StringStringEntryProto = (() => {

    const StringStringEntryProto = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    StringStringEntryProto.prototype.key = "";
    StringStringEntryProto.prototype.value = "";

    StringStringEntryProto.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.key != null && $Object.hasOwnProperty.call(message, "key"))
            writer.uint32(10).string(message.key);
        if (message.value != null && $Object.hasOwnProperty.call(message, "value"))
            writer.uint32(18).string(message.value);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    StringStringEntryProto.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.StringStringEntryProto();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 2)
                        break;
                    message.key = reader.string();
                    continue;
                }
            case 2: {
                    if (wireType !== 2)
                        break;
                    message.value = reader.string();
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        return message;
    };

    return StringStringEntryProto;
})();

export const GraphProto = $root.GraphProto = (() => {

    const GraphProto = function (properties) {
        this.node = [];
        this.initializer = [];
        this.input = [];
        this.output = [];
        this.valueInfo = [];
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    GraphProto.prototype.node = $util.emptyArray;
    GraphProto.prototype.name = "";
    GraphProto.prototype.initializer = $util.emptyArray;
    GraphProto.prototype.input = $util.emptyArray;
    GraphProto.prototype.output = $util.emptyArray;
    GraphProto.prototype.valueInfo = $util.emptyArray;

    GraphProto.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.node != null && message.node.length)
            for (let i = 0; i < message.node.length; ++i)
                $root.NodeProto.encode(message.node[i], writer.uint32(10).fork(), _depth + 1).ldelim();
        if (message.name != null && $Object.hasOwnProperty.call(message, "name"))
            writer.uint32(18).string(message.name);
        if (message.initializer != null && message.initializer.length)
            for (let i = 0; i < message.initializer.length; ++i)
                $root.TensorProto.encode(message.initializer[i], writer.uint32(42).fork(), _depth + 1).ldelim();
        if (message.input != null && message.input.length)
            for (let i = 0; i < message.input.length; ++i)
                $root.ValueInfoProto.encode(message.input[i], writer.uint32(90).fork(), _depth + 1).ldelim();
        if (message.output != null && message.output.length)
            for (let i = 0; i < message.output.length; ++i)
                $root.ValueInfoProto.encode(message.output[i], writer.uint32(98).fork(), _depth + 1).ldelim();
        if (message.valueInfo != null && message.valueInfo.length)
            for (let i = 0; i < message.valueInfo.length; ++i)
                $root.ValueInfoProto.encode(message.valueInfo[i], writer.uint32(106).fork(), _depth + 1).ldelim();
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    GraphProto.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.GraphProto();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 2)
                        break;
                    if (!(message.node && message.node.length))
                        message.node = [];
                    message.node.push($root.NodeProto.decode(reader, reader.size(), $undefined, _depth + 1));
                    continue;
                }
            case 2: {
                    if (wireType !== 2)
                        break;
                    message.name = reader.string();
                    continue;
                }
            case 5: {
                    if (wireType !== 2)
                        break;
                    if (!(message.initializer && message.initializer.length))
                        message.initializer = [];
                    message.initializer.push($root.TensorProto.decode(reader, reader.size(), $undefined, _depth + 1));
                    continue;
                }
            case 11: {
                    if (wireType !== 2)
                        break;
                    if (!(message.input && message.input.length))
                        message.input = [];
                    message.input.push($root.ValueInfoProto.decode(reader, reader.size(), $undefined, _depth + 1));
                    continue;
                }
            case 12: {
                    if (wireType !== 2)
                        break;
                    if (!(message.output && message.output.length))
                        message.output = [];
                    message.output.push($root.ValueInfoProto.decode(reader, reader.size(), $undefined, _depth + 1));
                    continue;
                }
            case 13: {
                    if (wireType !== 2)
                        break;
                    if (!(message.valueInfo && message.valueInfo.length))
                        message.valueInfo = [];
                    message.valueInfo.push($root.ValueInfoProto.decode(reader, reader.size(), $undefined, _depth + 1));
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        return message;
    };

    return GraphProto;
})();

export const NodeProto = $root.NodeProto = (() => {

    const NodeProto = function (properties) {
        this.input = [];
        this.output = [];
        this.attribute = [];
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    NodeProto.prototype.input = $util.emptyArray;
    NodeProto.prototype.output = $util.emptyArray;
    NodeProto.prototype.name = "";
    NodeProto.prototype.opType = "";
    NodeProto.prototype.attribute = $util.emptyArray;
    NodeProto.prototype.domain = "";

    NodeProto.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.input != null && message.input.length)
            for (let i = 0; i < message.input.length; ++i)
                writer.uint32(10).string(message.input[i]);
        if (message.output != null && message.output.length)
            for (let i = 0; i < message.output.length; ++i)
                writer.uint32(18).string(message.output[i]);
        if (message.name != null && $Object.hasOwnProperty.call(message, "name"))
            writer.uint32(26).string(message.name);
        if (message.opType != null && $Object.hasOwnProperty.call(message, "opType"))
            writer.uint32(34).string(message.opType);
        if (message.attribute != null && message.attribute.length)
            for (let i = 0; i < message.attribute.length; ++i)
                $root.AttributeProto.encode(message.attribute[i], writer.uint32(42).fork(), _depth + 1).ldelim();
        if (message.domain != null && $Object.hasOwnProperty.call(message, "domain"))
            writer.uint32(58).string(message.domain);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    NodeProto.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.NodeProto();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 2)
                        break;
                    if (!(message.input && message.input.length))
                        message.input = [];
                    message.input.push(reader.string());
                    continue;
                }
            case 2: {
                    if (wireType !== 2)
                        break;
                    if (!(message.output && message.output.length))
                        message.output = [];
                    message.output.push(reader.string());
                    continue;
                }
            case 3: {
                    if (wireType !== 2)
                        break;
                    message.name = reader.string();
                    continue;
                }
            case 4: {
                    if (wireType !== 2)
                        break;
                    message.opType = reader.string();
                    continue;
                }
            case 5: {
                    if (wireType !== 2)
                        break;
                    if (!(message.attribute && message.attribute.length))
                        message.attribute = [];
                    message.attribute.push($root.AttributeProto.decode(reader, reader.size(), $undefined, _depth + 1));
                    continue;
                }
            case 7: {
                    if (wireType !== 2)
                        break;
                    message.domain = reader.string();
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        return message;
    };

    return NodeProto;
})();

export const AttributeProto = $root.AttributeProto = (() => {

    const AttributeProto = function (properties) {
        this.floats = [];
        this.ints = [];
        this.strings = [];
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    AttributeProto.prototype.name = "";
    AttributeProto.prototype.f = 0;
    AttributeProto.prototype.i = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
    AttributeProto.prototype.s = $util.newBuffer([]);
    AttributeProto.prototype.t = null;
    AttributeProto.prototype.floats = $util.emptyArray;
    AttributeProto.prototype.ints = $util.emptyArray;
    AttributeProto.prototype.strings = $util.emptyArray;
    AttributeProto.prototype.type = 0;

    AttributeProto.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.name != null && $Object.hasOwnProperty.call(message, "name"))
            writer.uint32(10).string(message.name);
        if (message.f != null && $Object.hasOwnProperty.call(message, "f"))
            writer.uint32(21).float(message.f);
        if (message.i != null && $Object.hasOwnProperty.call(message, "i"))
            writer.uint32(24).int64(message.i);
        if (message.s != null && $Object.hasOwnProperty.call(message, "s"))
            writer.uint32(34).bytes(message.s);
        if (message.t != null && $Object.hasOwnProperty.call(message, "t"))
            $root.TensorProto.encode(message.t, writer.uint32(42).fork(), _depth + 1).ldelim();
        if (message.floats != null && message.floats.length)
            for (let i = 0; i < message.floats.length; ++i)
                writer.uint32(61).float(message.floats[i]);
        if (message.ints != null && message.ints.length)
            for (let i = 0; i < message.ints.length; ++i)
                writer.uint32(64).int64(message.ints[i]);
        if (message.strings != null && message.strings.length)
            for (let i = 0; i < message.strings.length; ++i)
                writer.uint32(74).bytes(message.strings[i]);
        if (message.type != null && $Object.hasOwnProperty.call(message, "type"))
            writer.uint32(160).int32(message.type);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    AttributeProto.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.AttributeProto();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 2)
                        break;
                    message.name = reader.string();
                    continue;
                }
            case 2: {
                    if (wireType !== 5)
                        break;
                    message.f = reader.float();
                    continue;
                }
            case 3: {
                    if (wireType !== 0)
                        break;
                    message.i = reader.int64();
                    continue;
                }
            case 4: {
                    if (wireType !== 2)
                        break;
                    message.s = reader.bytes();
                    continue;
                }
            case 5: {
                    if (wireType !== 2)
                        break;
                    message.t = $root.TensorProto.decode(reader, reader.size(), $undefined, _depth + 1, message.t);
                    continue;
                }
            case 7: {
                    if (wireType === 2) {
                        if (!(message.floats && message.floats.length))
                            message.floats = [];
                        reader.floats(message.floats);
                        continue;
                    }
                    if (wireType !== 5)
                        break;
                    if (!(message.floats && message.floats.length))
                        message.floats = [];
                    message.floats.push(reader.float());
                    continue;
                }
            case 8: {
                    if (wireType === 2) {
                        if (!(message.ints && message.ints.length))
                            message.ints = [];
                        reader.int64s(message.ints);
                        continue;
                    }
                    if (wireType !== 0)
                        break;
                    if (!(message.ints && message.ints.length))
                        message.ints = [];
                    message.ints.push(reader.int64());
                    continue;
                }
            case 9: {
                    if (wireType !== 2)
                        break;
                    if (!(message.strings && message.strings.length))
                        message.strings = [];
                    message.strings.push(reader.bytes());
                    continue;
                }
            case 20: {
                    if (wireType !== 0)
                        break;
                    message.type = reader.int32();
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        return message;
    };

    return AttributeProto;
})();

export const TensorProto = $root.TensorProto = (() => {

    const TensorProto = function (properties) {
        this.dims = [];
        this.floatData = [];
        this.int32Data = [];
        this.stringData = [];
        this.int64Data = [];
        this.doubleData = [];
        this.uint64Data = [];
        this.externalData = [];
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    TensorProto.prototype.dims = $util.emptyArray;
    TensorProto.prototype.dataType = 0;
    TensorProto.prototype.floatData = $util.emptyArray;
    TensorProto.prototype.int32Data = $util.emptyArray;
    TensorProto.prototype.stringData = $util.emptyArray;
    TensorProto.prototype.int64Data = $util.emptyArray;
    TensorProto.prototype.name = "";
    TensorProto.prototype.rawData = $util.newBuffer([]);
    TensorProto.prototype.doubleData = $util.emptyArray;
    TensorProto.prototype.uint64Data = $util.emptyArray;
    TensorProto.prototype.externalData = $util.emptyArray;
    TensorProto.prototype.dataLocation = 0;

    TensorProto.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.dims != null && message.dims.length)
            for (let i = 0; i < message.dims.length; ++i)
                writer.uint32(8).int64(message.dims[i]);
        if (message.dataType != null && $Object.hasOwnProperty.call(message, "dataType"))
            writer.uint32(16).int32(message.dataType);
        if (message.floatData != null && message.floatData.length)
            writer.uint32(34).floats(message.floatData);
        if (message.int32Data != null && message.int32Data.length)
            writer.uint32(42).int32s(message.int32Data);
        if (message.stringData != null && message.stringData.length)
            for (let i = 0; i < message.stringData.length; ++i)
                writer.uint32(50).bytes(message.stringData[i]);
        if (message.int64Data != null && message.int64Data.length)
            writer.uint32(58).int64s(message.int64Data);
        if (message.name != null && $Object.hasOwnProperty.call(message, "name"))
            writer.uint32(66).string(message.name);
        if (message.rawData != null && $Object.hasOwnProperty.call(message, "rawData"))
            writer.uint32(74).bytes(message.rawData);
        if (message.doubleData != null && message.doubleData.length)
            writer.uint32(82).doubles(message.doubleData);
        if (message.uint64Data != null && message.uint64Data.length)
            writer.uint32(90).uint64s(message.uint64Data);
        if (message.externalData != null && message.externalData.length)
            for (let i = 0; i < message.externalData.length; ++i)
                $root.StringStringEntryProto.encode(message.externalData[i], writer.uint32(106).fork(), _depth + 1).ldelim();
        if (message.dataLocation != null && $Object.hasOwnProperty.call(message, "dataLocation"))
            writer.uint32(112).int32(message.dataLocation);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    TensorProto.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.TensorProto();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType === 2) {
                        if (!(message.dims && message.dims.length))
                            message.dims = [];
                        reader.int64s(message.dims);
                        continue;
                    }
                    if (wireType !== 0)
                        break;
                    if (!(message.dims && message.dims.length))
                        message.dims = [];
                    message.dims.push(reader.int64());
                    continue;
                }
            case 2: {
                    if (wireType !== 0)
                        break;
                    message.dataType = reader.int32();
                    continue;
                }
            case 4: {
                    if (wireType === 2) {
                        if (!(message.floatData && message.floatData.length))
                            message.floatData = [];
                        reader.floats(message.floatData);
                        continue;
                    }
                    if (wireType !== 5)
                        break;
                    if (!(message.floatData && message.floatData.length))
                        message.floatData = [];
                    message.floatData.push(reader.float());
                    continue;
                }
            case 5: {
                    if (wireType === 2) {
                        if (!(message.int32Data && message.int32Data.length))
                            message.int32Data = [];
                        reader.int32s(message.int32Data);
                        continue;
                    }
                    if (wireType !== 0)
                        break;
                    if (!(message.int32Data && message.int32Data.length))
                        message.int32Data = [];
                    message.int32Data.push(reader.int32());
                    continue;
                }
            case 6: {
                    if (wireType !== 2)
                        break;
                    if (!(message.stringData && message.stringData.length))
                        message.stringData = [];
                    message.stringData.push(reader.bytes());
                    continue;
                }
            case 7: {
                    if (wireType === 2) {
                        if (!(message.int64Data && message.int64Data.length))
                            message.int64Data = [];
                        reader.int64s(message.int64Data);
                        continue;
                    }
                    if (wireType !== 0)
                        break;
                    if (!(message.int64Data && message.int64Data.length))
                        message.int64Data = [];
                    message.int64Data.push(reader.int64());
                    continue;
                }
            case 8: {
                    if (wireType !== 2)
                        break;
                    message.name = reader.string();
                    continue;
                }
            case 9: {
                    if (wireType !== 2)
                        break;
                    message.rawData = reader.bytes();
                    continue;
                }
            case 10: {
                    if (wireType === 2) {
                        if (!(message.doubleData && message.doubleData.length))
                            message.doubleData = [];
                        reader.doubles(message.doubleData);
                        continue;
                    }
                    if (wireType !== 1)
                        break;
                    if (!(message.doubleData && message.doubleData.length))
                        message.doubleData = [];
                    message.doubleData.push(reader.double());
                    continue;
                }
            case 11: {
                    if (wireType === 2) {
                        if (!(message.uint64Data && message.uint64Data.length))
                            message.uint64Data = [];
                        reader.uint64s(message.uint64Data);
                        continue;
                    }
                    if (wireType !== 0)
                        break;
                    if (!(message.uint64Data && message.uint64Data.length))
                        message.uint64Data = [];
                    message.uint64Data.push(reader.uint64());
                    continue;
                }
            case 13: {
                    if (wireType !== 2)
                        break;
                    if (!(message.externalData && message.externalData.length))
                        message.externalData = [];
                    message.externalData.push($root.StringStringEntryProto.decode(reader, reader.size(), $undefined, _depth + 1));
                    continue;
                }
            case 14: {
                    if (wireType !== 0)
                        break;
                    message.dataLocation = reader.int32();
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        return message;
    };

    return TensorProto;
})();

export const ValueInfoProto = $root.ValueInfoProto = (() => {

    const ValueInfoProto = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    ValueInfoProto.prototype.name = "";
    ValueInfoProto.prototype.type = null;

    ValueInfoProto.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.name != null && $Object.hasOwnProperty.call(message, "name"))
            writer.uint32(10).string(message.name);
        if (message.type != null && $Object.hasOwnProperty.call(message, "type"))
            $root.TypeProto.encode(message.type, writer.uint32(18).fork(), _depth + 1).ldelim();
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    ValueInfoProto.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.ValueInfoProto();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 2)
                        break;
                    message.name = reader.string();
                    continue;
                }
            case 2: {
                    if (wireType !== 2)
                        break;
                    message.type = $root.TypeProto.decode(reader, reader.size(), $undefined, _depth + 1, message.type);
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        return message;
    };

    return ValueInfoProto;
})();

export const TypeProto = $root.TypeProto = (() => {

    const TypeProto = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    TypeProto.prototype.tensorType = null;

    TypeProto.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.tensorType != null && $Object.hasOwnProperty.call(message, "tensorType"))
            $root.TensorTypeProto.encode(message.tensorType, writer.uint32(10).fork(), _depth + 1).ldelim();
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    TypeProto.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.TypeProto();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 2)
                        break;
                    message.tensorType = $root.TensorTypeProto.decode(reader, reader.size(), $undefined, _depth + 1, message.tensorType);
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        return message;
    };

    return TypeProto;
})();

export const TensorTypeProto = $root.TensorTypeProto = (() => {

    const TensorTypeProto = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    TensorTypeProto.prototype.elemType = 0;
    TensorTypeProto.prototype.shape = null;

    TensorTypeProto.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.elemType != null && $Object.hasOwnProperty.call(message, "elemType"))
            writer.uint32(8).int32(message.elemType);
        if (message.shape != null && $Object.hasOwnProperty.call(message, "shape"))
            $root.TensorShapeProto.encode(message.shape, writer.uint32(18).fork(), _depth + 1).ldelim();
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    TensorTypeProto.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.TensorTypeProto();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 0)
                        break;
                    message.elemType = reader.int32();
                    continue;
                }
            case 2: {
                    if (wireType !== 2)
                        break;
                    message.shape = $root.TensorShapeProto.decode(reader, reader.size(), $undefined, _depth + 1, message.shape);
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        return message;
    };

    return TensorTypeProto;
})();

export const TensorShapeProto = $root.TensorShapeProto = (() => {

    const TensorShapeProto = function (properties) {
        this.dim = [];
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    TensorShapeProto.prototype.dim = $util.emptyArray;

    TensorShapeProto.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.dim != null && message.dim.length)
            for (let i = 0; i < message.dim.length; ++i)
                $root.DimensionProto.encode(message.dim[i], writer.uint32(10).fork(), _depth + 1).ldelim();
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    TensorShapeProto.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.TensorShapeProto();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 2)
                        break;
                    if (!(message.dim && message.dim.length))
                        message.dim = [];
                    message.dim.push($root.DimensionProto.decode(reader, reader.size(), $undefined, _depth + 1));
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        return message;
    };

    return TensorShapeProto;
})();

export const DimensionProto = $root.DimensionProto = (() => {

    const DimensionProto = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    DimensionProto.prototype.dimValue = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
    DimensionProto.prototype.dimParam = "";

    DimensionProto.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.dimValue != null && $Object.hasOwnProperty.call(message, "dimValue"))
            writer.uint32(8).int64(message.dimValue);
        if (message.dimParam != null && $Object.hasOwnProperty.call(message, "dimParam"))
            writer.uint32(18).string(message.dimParam);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    DimensionProto.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.DimensionProto();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 0)
                        break;
                    message.dimValue = reader.int64();
                    continue;
                }
            case 2: {
                    if (wireType !== 2)
                        break;
                    message.dimParam = reader.string();
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        return message;
    };

    return DimensionProto;
})();

export {
  $root as default
};
