#!/usr/bin/env python3
"""Makes the encoded samples that tests put into files, with the ffmpeg and ffprobe on the PATH.

One file per codec. All numbers are big-endian:
  count (2), then that many configurations: length (2), bytes
      H.264 and H.265: parameter sets; AV1: the sequence header; AAC: its configuration
  then to the end, per sample: composition offset (4, reordered only), keyframe (1), duration (4), length (4), bytes

vp9-layers and vp9-equal-layers instead: a picture a sample, each a superframe of two spatial layers, both shown as their
sender meant them; pictures are of temporal layers 0 and 1 in turn. They need a C compiler and libvpx's headers.

With names as arguments, only those are made anew.
"""
import json
import os
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PICTURE = ["-f", "lavfi", "-i", "testsrc2=size=160x96:rate=30:duration=2"]
# Half a second of another size, for what changes its size; H.264 and H.265 tell that its pixels are no squares.
WIDE = ["-f", "lavfi", "-i", "testsrc2=size=224x128:rate=30:duration=0.5,setsar=4/3"]
SOUND = ["-f", "lavfi", "-i", "sine=frequency=1000:sample_rate=48000:duration=2"]
H264 = ["-c:v", "libx264", "-preset", "veryslow", "-crf", "40", "-g", "30", "-pix_fmt", "yuv420p"]
H265 = ["-c:v", "libx265", "-preset", "slow", "-crf", "42", "-pix_fmt", "yuv420p", "-tag:v", "hvc1"]
X265 = "log-level=none:info=0:keyint=30:min-keyint=30:scenecut=0:pools=none:frame-threads=1"
BT709 = ["-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709", "-color_range", "tv"]
TICKS = ["-video_track_timescale", "90000"]

CODECS = {
    "h264": ("mp4", PICTURE + H264 + ["-bf", "0", "-profile:v", "baseline", "-video_track_timescale", "90000"]),
    "h264-reordered": ("mp4", PICTURE + H264 + ["-bf", "2", "-profile:v", "high", "-video_track_timescale", "90000"]),
    "vp8": ("webm", PICTURE + ["-c:v", "libvpx", "-b:v", "30k", "-g", "30", "-deadline", "good"]),
    "h265": ("mp4", PICTURE + H265 + BT709 + ["-x265-params", X265 + ":bframes=0"] + TICKS),
    "h265-reordered": ("mp4", PICTURE + H265 + ["-x265-params", X265 + ":bframes=3:b-pyramid=1:open-gop=1"] + TICKS),
    "vp9": ("webm", PICTURE + ["-c:v", "libvpx-vp9", "-b:v", "30k", "-g", "30", "-deadline", "good", "-lag-in-frames", "0"]),
    "av1": (
        "mp4",
        PICTURE + BT709 + ["-c:v", "libaom-av1", "-b:v", "30k", "-g", "30", "-usage", "realtime", "-cpu-used", "6"] + TICKS,
    ),
    "h264-wide": ("mp4", WIDE + H264 + BT709 + ["-bf", "0", "-profile:v", "high"] + TICKS),
    "h265-wide": ("mp4", WIDE + H265 + ["-x265-params", X265 + ":bframes=0"] + TICKS),
    "vp8-wide": ("webm", WIDE + ["-c:v", "libvpx", "-b:v", "30k", "-g", "30", "-deadline", "good"]),
    "vp9-wide": ("webm", WIDE + ["-c:v", "libvpx-vp9", "-b:v", "30k", "-g", "30", "-deadline", "good", "-lag-in-frames", "0"]),
    "av1-wide": (
        "mp4", WIDE + BT709 + ["-c:v", "libaom-av1", "-b:v", "30k", "-g", "30", "-usage", "realtime", "-cpu-used", "6"] + TICKS
    ),
    "opus": ("webm", SOUND + ["-c:a", "libopus", "-b:a", "12k", "-ac", "1", "-frame_duration", "20"]),
    "aac": ("mp4", SOUND + ["-c:a", "aac", "-b:a", "16k", "-ac", "1"]),
}


def parameter_sets(avcc):
    sets, at = [], 5
    for mask in (0x1F, 0xFF):
        count = avcc[at] & mask
        at += 1
        for _ in range(count):
            (length,) = struct.unpack_from(">H", avcc, at)
            sets.append(avcc[at + 2 : at + 2 + length])
            at += 2 + length
    return sets


def hevc_parameter_sets(hvcc):
    sets, at = [], 23
    for _ in range(hvcc[22]):
        (count,) = struct.unpack_from(">H", hvcc, at + 1)
        at += 3
        for _ in range(count):
            (length,) = struct.unpack_from(">H", hvcc, at)
            sets.append(hvcc[at + 2 : at + 2 + length])
            at += 2 + length
    return sets


def box_body(data, name):
    at = data.index(name)
    return data[at + 4 : at - 4 + struct.unpack_from(">I", data, at - 4)[0]]


def configurations(codec, data):
    if codec.startswith("h264"):
        return parameter_sets(box_body(data, b"avcC"))
    if codec.startswith("h265"):
        return hevc_parameter_sets(box_body(data, b"hvcC"))
    if codec.startswith("av1"):
        return [box_body(data, b"av1C")[4:]]
    if codec == "aac":
        esds = box_body(data, b"esds")
        at = esds.index(b"\x05\x80\x80\x80") + 4
        return [esds[at + 1 : at + 1 + esds[at]]]
    return []


def packets(path):
    command = ["ffprobe", "-v", "error", "-show_packets", "-of", "json", "-show_data", path]
    for packet in json.loads(subprocess.check_output(command))["packets"]:
        rows = (line.split(": ", 1)[1][:40] for line in packet["data"].strip().splitlines())
        yield packet, bytes.fromhex("".join(rows).replace(" ", ""))


def make(codec):
    extension, arguments = CODECS[codec]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "made." + extension)
        quiet = ["-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"]
        subprocess.check_call(["ffmpeg", "-v", "error", *arguments, *quiet, path])
        data = open(path, "rb").read()
        sets = configurations(codec, data)
        out = struct.pack(">H", len(sets)) + b"".join(struct.pack(">H", len(s)) + s for s in sets)
        ticks = {"opus": 960, "aac": 1024}.get(codec, 3000)
        for packet, content in packets(path):
            key = "K" in packet["flags"]
            if codec.endswith("-reordered"):
                out += struct.pack(">i", int(packet["pts"]) - int(packet["dts"]))
            out += struct.pack(">BII", key, ticks, len(content)) + content
    with open(os.path.join(HERE, codec + ".samples"), "wb") as file:
        file.write(out)


def superframe(layers):
    marker = bytes([0xC0 | 3 << 3 | len(layers) - 1])
    return b"".join(layers) + marker + b"".join(struct.pack("<I", len(layer)) for layer in layers) + marker


def make_layers(name):
    with tempfile.TemporaryDirectory() as folder:
        encoder = os.path.join(folder, "encoder")
        subprocess.check_call(["cc", "-o", encoder, os.path.join(HERE, "vp9-layers.c"), "-lvpx"])
        raw = ["-t", "1.3", "-pix_fmt", "yuv420p", "-f", "rawvideo", "-"]
        pictures = subprocess.check_output(["ffmpeg", "-v", "error", *PICTURE, *raw])
        options = ["2", "0"] if name == "vp9-layers" else ["0", "1"]
        data = subprocess.run([encoder, "160", "96", *options], input=pictures, stdout=subprocess.PIPE, check=True).stdout
    out, layers, at, count = struct.pack(">H", 0), [], 0, 0
    while at < len(data):
        spatial, _, length = struct.unpack_from(">BBI", data, at)
        layers.append(data[at + 6 : at + 6 + length])
        at += 6 + length
        if spatial == 1:
            content = superframe(layers)
            out += struct.pack(">BII", count % 20 == 0, 3000, len(content)) + content
            layers, count = [], count + 1
    with open(os.path.join(HERE, name + ".samples"), "wb") as file:
        file.write(out)


LAYERED = ["vp9-layers", "vp9-equal-layers"]
for name in sys.argv[1:] or [*CODECS, *LAYERED]:
    make_layers(name) if name in LAYERED else make(name)
