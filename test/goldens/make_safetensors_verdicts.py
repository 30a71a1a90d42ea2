"""Writes safetensors-verdicts.json: small files, most of them broken, and whether the format's own reader takes each.

    python make_safetensors_verdicts.py

`file` is base64. Each is a correct file with a few changes to its header, its announced length or its data.
"""
import base64
import json
import random
import struct
from pathlib import Path

from safetensors import SafetensorError, deserialize

random.seed(5)
SIZES = {"F32": 4, "F16": 2, "BF16": 2, "F64": 8, "I64": 8, "I32": 4, "U8": 1, "BOOL": 1}
NUMBERS = [0, 1, 2, 3, 4, 8, 12, 16, 255, 2**31, 2**32, 2**53, 2**63, 2**64, -1]


def correct():
    entries, offset = [], 0
    for name in random.sample(["a", "b", "vit.c", "ü", "__proto__", "10", "9"], random.randint(0, 3)):
        dtype = random.choice(list(SIZES))
        shape = [random.randint(0, 3) for _ in range(random.randint(0, 3))]
        size = SIZES[dtype]
        for n in shape:
            size *= n
        entries.append([name, {"dtype": dtype, "shape": shape, "data_offsets": [offset, offset + size]}])
        offset += size
    if random.random() < 0.4:
        entries.insert(0, ["__metadata__", {"format": "pt"}])
    random.shuffle(entries)
    return entries, offset


def break_entries(entries):
    if not entries:
        return
    name, entry = random.choice(entries)
    change = random.randrange(9)
    if "shape" not in entry:
        entry["format"] = random.choice([1, None, [], {}, "", "np", True])
    elif change == 0:
        entry["dtype"] = random.choice(["F32", "F64", "U8", "f32", "", "toString", 4, None])
    elif change == 1:
        entry["shape"] = entry["shape"] + [random.choice(NUMBERS)]
    elif change == 2:
        entry["shape"] = random.choice([None, "", 4, [1.5], ["1"], [[1]], [2**32, 2**32, 0], [0, 2**32]])
    elif change == 3:
        entry["data_offsets"][random.randrange(2)] = random.choice(NUMBERS)
    elif change == 4:
        entry["data_offsets"] = random.choice([None, [], [0], [0, 4, 8], [0.5, 4.5], "0-4", {}])
    elif change == 5:
        del entry[random.choice(list(entry))]
    elif change == 6:
        entries.append([name, entry])
    elif change == 7:
        entry["data_offsets"] = [n + random.choice([-1, 1, 4]) for n in entry["data_offsets"]]
    else:
        random.shuffle(entries)


def encode(entries):
    # By hand, so that a key can stand twice.
    return "{" + ",".join(f"{json.dumps(k, ensure_ascii=random.random() < 0.5)}:{json.dumps(v)}" for k, v in entries) + "}"


def broken():
    entries, size = correct()
    if random.random() < 0.8:
        break_entries(entries)
    header = encode(entries).encode()
    kind = random.randrange(12)
    if kind == 0:
        header += b" " * random.randint(1, 8)
    elif kind == 1:
        header = random.choice([b" ", b"\xef\xbb\xbf", b"[", b""]) + header
    elif kind == 2:
        header = header[: random.randint(0, len(header))]
    elif kind == 3:
        i = random.randrange(len(header))
        header = header[:i] + bytes([random.randrange(256)]) + header[i + 1 :]
    announced = len(header)
    if random.random() < 0.08:
        announced = random.choice([0, 1, announced + 1, announced - 1, 2**32, 2**63])
    if random.random() < 0.08:
        size = max(0, size + random.choice([-1, 1, 4]))
    return struct.pack("<Q", max(0, announced)) + header + bytes(size)


def verdict(file):
    try:
        deserialize(file)
        return True
    except SafetensorError:
        return False


files = [broken() for _ in range(400)]
cases = [{"file": base64.b64encode(f).decode(), "accepted": verdict(f)} for f in files]
print(len(cases), "files,", sum(c["accepted"] for c in cases), "accepted")
lines = ",\n".join(json.dumps(c) for c in cases)
Path(__file__).with_name("safetensors-verdicts.json").write_text(f"[\n{lines}\n]\n")
