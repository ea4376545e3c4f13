"""Reads TensorBoard event files with the standard library alone, and prints a line of JSON a value.

What is read follows the definitions: TFRecord (tensorflow/core/lib/io/record_writer.h) with masked CRC32C, and Event,
SessionLog, Summary, HistogramProto, TensorProto and SummaryMetadata (tensorflow/core/util/event.proto,
tensorflow/core/framework/summary.proto, tensor.proto). Anything else, a wrong checksum or length included, is an error.
As TensorBoard does, a file that begins at a step makes what earlier files have from there on void.

read_events.py FOLDER
"""

import json
import os
import struct
import sys

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5


def crc_table():
    table = []
    for n in range(256):
        for _ in range(8):
            n = n >> 1 ^ (0x82F63B78 if n & 1 else 0)
        table.append(n)
    return table


TABLE = crc_table()


def masked_crc(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def need(condition, what):
    if not condition:
        raise ValueError(what)


def records(data, name):
    at = 0
    while at < len(data):
        need(at + 12 <= len(data), "%s: cut in a length at %d" % (name, at))
        (length,) = struct.unpack_from("<Q", data, at)
        (crc,) = struct.unpack_from("<I", data, at + 8)
        need(crc == masked_crc(data[at : at + 8]), "%s: checksum of a length at %d" % (name, at))
        start, end = at + 12, at + 12 + length
        need(end + 4 <= len(data), "%s: cut in a record at %d" % (name, at))
        (crc,) = struct.unpack_from("<I", data, end)
        need(crc == masked_crc(data[start:end]), "%s: checksum of a record at %d" % (name, at))
        yield data[start:end]
        at = end + 4


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def fields(data):
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        number, kind = key >> 3, key & 7
        if kind == VARINT:
            value, at = varint(data, at)
        elif kind == FIXED64:
            (value,), at = struct.unpack_from("<d", data, at), at + 8
        elif kind == FIXED32:
            (value,), at = struct.unpack_from("<f", data, at), at + 4
        else:
            need(kind == LENGTH, "wire type %d" % kind)
            length, at = varint(data, at)
            need(at + length <= len(data), "a field that is longer than its message")
            value, at = data[at : at + length], at + length
        yield number, kind, value


def message(data, known):
    """The fields of a message by name; known: number -> (name, wire type), repeated ones end in *."""
    found = {}
    for number, kind, value in fields(data):
        need(number in known, "field %d" % number)
        name, wanted = known[number]
        need(kind == wanted, "%s has wire type %d" % (name, kind))
        if name.endswith("*"):
            found.setdefault(name, []).append(value)
        else:
            need(name not in found, "two of %s" % name)
            found[name] = value
    return found


def doubles(data):
    need(len(data) % 8 == 0, "packed doubles of %d bytes" % len(data))
    return list(struct.unpack("<%dd" % (len(data) // 8), data))


EVENT = {1: ("wall_time", FIXED64), 2: ("step", VARINT), 3: ("file_version", LENGTH), 5: ("summary", LENGTH),
         7: ("session_log", LENGTH)}
SESSION_LOG = {1: ("status", VARINT)}
SUMMARY = {1: ("value*", LENGTH)}
VALUE = {1: ("tag", LENGTH), 2: ("simple_value", FIXED32), 5: ("histo", LENGTH), 8: ("tensor", LENGTH),
         9: ("metadata", LENGTH)}
HISTOGRAM = {1: ("min", FIXED64), 2: ("max", FIXED64), 3: ("num", FIXED64), 4: ("sum", FIXED64),
             5: ("sum_squares", FIXED64), 6: ("bucket_limit", LENGTH), 7: ("bucket", LENGTH)}
TENSOR = {1: ("dtype", VARINT), 2: ("tensor_shape", LENGTH), 8: ("string_val*", LENGTH)}
SHAPE = {2: ("dim*", LENGTH)}
DIM = {1: ("size", VARINT)}
METADATA = {1: ("plugin_data", LENGTH)}
PLUGIN = {1: ("plugin_name", LENGTH)}


def value_of(data):
    value = message(data, VALUE)
    read = {"tag": value["tag"].decode("utf-8")}
    if "simple_value" in value:
        read["scalar"] = value["simple_value"]
    elif "histo" in value:
        histogram = message(value["histo"], HISTOGRAM)
        histogram["bucket_limit"] = doubles(histogram["bucket_limit"])
        histogram["bucket"] = doubles(histogram["bucket"])
        need(len(histogram["bucket"]) == len(histogram["bucket_limit"]), "buckets and their limits")
        need(sum(histogram["bucket"]) == histogram["num"], "the sum of the buckets")
        need(sorted(set(histogram["bucket_limit"])) == histogram["bucket_limit"], "the order of the limits")
        read["histogram"] = histogram
    else:
        plugin = message(message(value["metadata"], METADATA)["plugin_data"], PLUGIN)
        need(plugin["plugin_name"] == b"text", "plugin %r" % plugin["plugin_name"])
        tensor = message(value["tensor"], TENSOR)
        need(tensor["dtype"] == 7, "a text of type %d" % tensor["dtype"])
        sizes = [message(dim, DIM)["size"] for dim in message(tensor["tensor_shape"], SHAPE)["dim*"]]
        need(sizes == [len(tensor["string_val*"])], "the shape of a text")
        read["text"] = tensor["string_val*"][0].decode("utf-8")
    return read


def main(folder):
    kept = []
    names = sorted(name for name in os.listdir(folder) if "tfevents" in name)
    need(names, "no event file in " + folder)
    for name in names:
        with open(os.path.join(folder, name), "rb") as file:
            events = [message(record, EVENT) for record in records(file.read(), name)]
        need(events[0]["file_version"] == b"brain.Event:2", "%s does not begin with a version" % name)
        for event in events[1:]:
            need(event["wall_time"] > 1.5e9, "the time of an event")
            if "session_log" in event:
                need(message(event["session_log"], SESSION_LOG)["status"] == 1, "a session log that is no start")
                kept = [value for value in kept if value["step"] < event["step"]]
            else:
                for value in message(event["summary"], SUMMARY)["value*"]:
                    kept.append({"file": name, "step": event["step"], **value_of(value)})
    for value in kept:
        print(json.dumps(value))


if __name__ == "__main__":
    main(sys.argv[1])
