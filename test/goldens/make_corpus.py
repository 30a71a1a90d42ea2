"""Odd image files and what Pillow makes of each: ImageOps.exif_transpose(im).convert("RGB"), or its refusal.

Writes corpus.json: a name, the file (deflated, base64), and either Pillow's size and the digest of its RGB bytes, or that it
refuses. A file may name an exception of docs/images.md; where that one is a tolerance the RGB bytes are kept (deflated),
where gray of 16 bits is concerned the digest of the high bytes. Run: python make_corpus.py
"""

import base64
import hashlib
import io
import json
import os
import struct
import warnings
import zlib

import numpy as np
from PIL import Image, ImageCms, ImageOps, PngImagePlugin

warnings.simplefilter("ignore")
HERE = os.path.dirname(os.path.abspath(__file__))
W, H = 29, 19
files = []


def add(name, data, exception=None):
    files.append({"name": name, "data": data, "exception": exception})


def smooth():
    y, x = np.mgrid[0:H, 0:W]
    return np.stack([x * 255 // W, y * 255 // H, (x * 7 + y * 11) % 256], -1).astype(np.uint8)


rgb = Image.fromarray(smooth())
gray = rgb.convert("L")
gray16 = (smooth()[..., 2].astype(np.uint16) * 257 + smooth()[..., 0]).astype(np.uint16)
alpha = rgb.convert("RGBA")
alpha.putalpha(Image.fromarray((np.mgrid[0:H, 0:W][1] * 6).astype(np.uint8)))
palette = rgb.convert("P", palette=Image.Palette.ADAPTIVE, colors=13)
bilevel = gray.convert("1")
indices = np.array(palette)
colours = palette.getpalette()[: 13 * 3]


def encoded(image, format, **options):
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def exif(orientation):
    block = Image.Exif()
    block[0x0112] = orientation
    return block


# --- JPEG -----------------------------------------------------------------------------------------------------------
profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
add("444.jpg", encoded(rgb, "JPEG", quality=90, subsampling=0))
add("422.jpg", encoded(rgb, "JPEG", quality=85, subsampling=1))
add("420.jpg", encoded(rgb, "JPEG", quality=75, subsampling=2))
add("progressive.jpg", encoded(rgb, "JPEG", quality=80, progressive=True))
add("progressive-gray.jpg", encoded(gray, "JPEG", quality=80, progressive=True))
add("restart.jpg", encoded(rgb, "JPEG", quality=80, restart_marker_blocks=1))
add("quality-1.jpg", encoded(rgb, "JPEG", quality=1))
add("gray.jpg", encoded(gray, "JPEG"))
add("icc.jpg", encoded(rgb, "JPEG", icc_profile=profile))
add("comment.jpg", encoded(rgb, "JPEG", comment=b"x" * 300))
add("rgb-adobe.jpg", encoded(rgb, "JPEG", keep_rgb=True))
add("one-pixel.jpg", encoded(rgb.crop((0, 0, 1, 1)), "JPEG"))
add("one-column.jpg", encoded(rgb.crop((0, 0, 1, H)), "JPEG"))
cmyk = encoded(rgb.convert("CMYK"), "JPEG", quality=90)
add("cmyk.jpg", cmyk)
at = cmyk.index(b"Adobe")
add("ycck.jpg", cmyk[: at + 11] + b"\x02" + cmyk[at + 12 :])
add("cmyk-no-adobe.jpg", cmyk[: at - 4] + cmyk[at + 12 :])
for n in range(1, 10):
    add(f"exif-{n}.jpg", encoded(rgb, "JPEG", quality=85, exif=exif(n)))
add("exif-6-gray.jpg", encoded(gray, "JPEG", exif=exif(6)))
add("exif-8-cmyk.jpg", encoded(rgb.convert("CMYK"), "JPEG", exif=exif(8)))
xmp = lambda n: f'<x:xmpmeta><rdf:Description tiff:Orientation="{n}"/></x:xmpmeta>'.encode()
add("xmp-6.jpg", encoded(rgb, "JPEG", xmp=xmp(6)))
add("xmp-6-exif-3.jpg", encoded(rgb, "JPEG", xmp=xmp(6), exif=exif(3)))
jpeg = encoded(rgb, "JPEG", quality=80)
scan = jpeg.index(b"\xff\xda")
add("garbage-before-tables.jpg", jpeg[:20] + b"garbage" + jpeg[20:])
add("tail.jpg", jpeg + b"more than the image" * 9)
add("no-end.jpg", jpeg[:-2])
at = jpeg.index(b"\xff\xdb") + 5
add("wrong-quantisation.jpg", jpeg[:at] + b"\xff" + jpeg[at + 1 :], "jpeg-overflow")
add("zeros-in-scan.jpg", jpeg[: scan + 60] + bytes(8) + jpeg[scan + 68 :])


def flat_blocks(factors, mcus=(3, 2), size=(43, 29)):
    """A JPEG of blocks of one value each, with sampling factors that Pillow does not write."""
    segment = lambda marker, data: bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data
    frame = struct.pack(">BHHB", 8, size[1], size[0], len(factors))
    frame += b"".join(bytes([i + 1, h << 4 | v, 0]) for i, (h, v) in enumerate(factors))
    # Sizes of DC differences 0 to 11 by codes of 4 bits; the only AC code, one bit, ends the block.
    tables = b"\0" + bytes([0, 0, 0, 12] + [0] * 12) + bytes(range(12)) + b"\x10" + bytes([1] + [0] * 15) + b"\0"
    scan = bytes([len(factors)]) + b"".join(bytes([i + 1, 0]) for i in range(len(factors))) + b"\0\x3f\0"
    before, bits = [0] * len(factors), ""
    for block in range(mcus[0] * mcus[1]):
        for c, (h, v) in enumerate(factors):
            for n in range(h * v):
                value = (block * 67 + n * 41 + c * 29) % 200 - 100
                difference, before[c] = value - before[c], value
                length = abs(difference).bit_length()
                low = difference if difference >= 0 else difference + (1 << length) - 1
                bits += f"{length:04b}" + (f"{low:0{length}b}" if length else "") + "0"
    bits += "1" * (-len(bits) % 8)
    coded = bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8)).replace(b"\xff", b"\xff\0")
    return (b"\xff\xd8" + segment(0xDB, b"\0" + b"\x08" * 64) + segment(0xC0, frame) + segment(0xC4, tables)
            + segment(0xDA, scan) + coded + b"\xff\xd9")


one = (1, 1)
for name, factors, mcus in (("411", [(4, 1), one, one], (2, 4)), ("440", [(1, 2), one, one], (6, 2)),
                            ("410", [(4, 2), one, one], (2, 2)), ("441", [(1, 4), one, one], (6, 1)),
                            ("421", [(2, 2), (1, 2), (1, 2)], (3, 2)), ("uneven", [(2, 2), (2, 1), (1, 2)], (3, 2)),
                            ("gray-of-2x2", [(2, 2)], (6, 4)), ("four-of-411", [(4, 1), one, one, (4, 1)], (2, 4))):
    add(f"{name}.jpg", flat_blocks(factors, mcus))
for share in (2, 30, 60, 95):
    add(f"cut-{share}.jpg", jpeg[: len(jpeg) * share // 100])

# --- PNG ------------------------------------------------------------------------------------------------------------


def png(colour, depth, rows, extra=(), interlace=0, size=(W, H)):
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    head = struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, interlace)
    middle = b"".join(chunk(*e) for e in extra)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + middle + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def packed(values, depth):
    """Rows of samples of 1, 2 or 4 bits, the first in the high bits."""
    per = 8 // depth
    padded = np.pad(values, ((0, 0), (0, -values.shape[1] % per))).astype(np.uint8)
    out = np.zeros((padded.shape[0], padded.shape[1] // per), np.uint8)
    for i in range(per):
        out |= padded[:, i::per] << (8 - depth * (i + 1))
    return [row.tobytes() for row in out]


filtered = lambda rows: b"".join(b"\0" + row for row in rows)
for depth in (1, 2, 4):
    add(f"gray-{depth}.png", png(0, depth, filtered(packed(np.array(gray) >> (8 - depth), depth))))
    add(f"palette-{depth}.png", png(3, depth, filtered(packed(indices % (1 << depth), depth)),
                                    [(b"PLTE", bytes(colours[: 3 << depth]))]))
add("gray-8.png", encoded(gray, "PNG"))
add("gray-8-trns.png", encoded(gray, "PNG", transparency=100))
add("gray-16.png", encoded(Image.fromarray(gray16), "PNG"), "gray-16")
wide = lambda *bands: filtered([np.stack(bands, -1)[y].astype(">u2").tobytes() for y in range(H)])
add("rgb-16.png", png(2, 16, wide(gray16, gray16[::-1], gray16[:, ::-1])))
add("gray-alpha-16.png", png(4, 16, wide(gray16, gray16[::-1])))
add("rgba-16.png", png(6, 16, wide(gray16, gray16[::-1], gray16[:, ::-1], gray16)))
add("gray-alpha.png", encoded(alpha.convert("LA"), "PNG"))
add("rgb.png", encoded(rgb, "PNG"))
add("rgb-trns.png", encoded(rgb, "PNG", transparency=(0, 0, 0)))
add("rgba.png", encoded(alpha, "PNG"))
add("palette.png", encoded(palette, "PNG"))
add("palette-trns-one.png", encoded(palette, "PNG", transparency=3))
add("palette-trns-many.png", encoded(palette, "PNG", transparency=bytes(range(0, 130, 10))))
add("bilevel.png", encoded(bilevel, "PNG"))
add("icc.png", encoded(rgb, "PNG", icc_profile=profile))
add("gamma.png", png(2, 8, filtered([row.tobytes() for row in smooth()]), [(b"gAMA", struct.pack(">I", 100000))]))
passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
adam7 = b"".join(filtered([row.tobytes() for row in smooth()[y::dy, x::dx]]) for x, y, dx, dy in passes)
add("interlaced.png", png(2, 8, adam7, interlace=1))
for n in (3, 6, 7):
    add(f"exif-{n}.png", encoded(rgb, "PNG", exif=exif(n)))
info = PngImagePlugin.PngInfo()
info.add_itxt("XML:com.adobe.xmp", xmp(8).decode())
add("xmp-8.png", encoded(rgb, "PNG", pnginfo=info))
raw_exif = exif(5).tobytes()
info = PngImagePlugin.PngInfo()
info.add_text("Raw profile type exif", f"\nexif\n{len(raw_exif):8}\n{raw_exif.hex()}\n")
add("imagemagick-5.png", encoded(rgb, "PNG", pnginfo=info))
add("apng.png", encoded(rgb, "PNG", save_all=True, append_images=[rgb.rotate(180)]))
whole = encoded(rgb, "PNG")
for share in (2, 30, 60):
    add(f"cut-{share}.png", whole[: len(whole) * share // 100])
add("cut-in-checksum.png", whole[:-18], "cut-end")
add("odd-profile.png", png(2, 8, filtered([row.tobytes() for row in smooth()]), [(b"iCCP", b"odd\0\x09profile")]),
    "png-chunks")
add("tail.png", whole + b"more")
add("no-end.png", whole[:-12])
add("bad-crc.png", whole[:29] + bytes(4) + whole[33:])
add("no-width.png", png(2, 8, b"", size=(0, 5)))
add("bomb.png", png(2, 8, b"", size=(100000, 100000)))

# --- GIF ------------------------------------------------------------------------------------------------------------


def gif(frame, canvas, offset, table, local=None, transparent=None, interlace=False, frames=1):
    """Codes of 9 bits and no more: the table is cleared before it grows."""
    height, width = frame.shape
    rows = range(height)
    if interlace:
        rows = [*range(0, height, 8), *range(4, height, 8), *range(2, height, 4), *range(1, height, 2)]
    bits = []
    for i, value in enumerate(v for y in rows for v in frame[y]):
        codes = ([256] if i % 200 == 0 else []) + [int(value)]
        bits += [code >> b & 1 for code in codes for b in range(9)]
    bits += [257 >> b & 1 for b in range(9)]
    data = np.packbits(np.array(bits, np.uint8), bitorder="little").tobytes()
    blocks = b"".join(bytes([len(data[i : i + 255])]) + data[i : i + 255] for i in range(0, len(data), 255)) + b"\0"
    size = lambda colours: max(0, (len(colours) // 3 - 1).bit_length() - 1)
    full = lambda colours: bytes(colours) + bytes((6 << size(colours)) - len(colours))
    out = b"GIF89a" + struct.pack("<HHBBB", *canvas, (0x80 | size(table)) if table else 0, 2, 0) + (full(table) if table else b"")
    for _ in range(frames):
        if transparent is not None:
            out += b"!\xf9\x04" + bytes([1, 0, 0, transparent]) + b"\0"
        flags = (0x80 | size(local) if local else 0) | (0x40 if interlace else 0)
        out += b"," + struct.pack("<HHHHB", *offset, width, height, flags) + (full(local) if local else b"")
        out += b"\x08" + blocks
    return out + b";"


add("still.gif", encoded(palette, "GIF"))
add("frames.gif", encoded(palette, "GIF", save_all=True, append_images=[palette.rotate(180)]))
add("transparent.gif", gif(indices, (W, H), (0, 0), colours, transparent=3))
add("smaller-frame.gif", gif(indices, (W + 9, H + 5), (4, 3), colours))
add("smaller-frame-transparent.gif", gif(indices, (W + 9, H + 5), (4, 3), colours, transparent=5))
add("larger-frame.gif", gif(indices, (9, 5), (2, 1), colours))
add("interlaced.gif", gif(indices, (W, H), (0, 0), colours, interlace=True))
add("local-palette.gif", gif(indices, (W, H), (0, 0), colours, local=colours[::-1]))
add("no-palette.gif", gif(indices * 19, (W, H), (0, 0), None))
add("index-beyond-palette.gif", gif(indices * 19, (W, H), (0, 0), colours))
add("gray-ramp.gif", gif(indices * 19, (W, H), (0, 0), [v for i in range(16) for v in (i, i, i)]))
still = gif(indices, (W, H), (0, 0), colours)
for share in (1, 30, 60, 95):
    add(f"cut-{share}.gif", still[: len(still) * share // 100])
add("no-end.gif", still[:-1])
add("no-frame.gif", still[:6] + struct.pack("<HHBBB", 5, 5, 0, 0, 0) + b";")

# --- WebP, AVIF -----------------------------------------------------------------------------------------------------
add("lossy.webp", encoded(rgb, "WEBP", quality=80))
add("lossy-alpha.webp", encoded(alpha, "WEBP", quality=80))
add("lossless.webp", encoded(rgb, "WEBP", lossless=True))
add("lossless-alpha.webp", encoded(alpha, "WEBP", lossless=True, exact=True))
add("animated.webp", encoded(rgb, "WEBP", save_all=True, append_images=[rgb.rotate(180)], duration=50))
add("exif-6.webp", encoded(rgb, "WEBP", exif=exif(6)))
add("xmp-6.webp", encoded(rgb, "WEBP", xmp=xmp(6)))
webp = encoded(rgb, "WEBP", quality=80)
for share in (5, 50, 90):
    add(f"cut-{share}.webp", webp[: len(webp) * share // 100])
add("444.avif", encoded(rgb, "AVIF", quality=90, subsampling="4:4:4"), "avif")
add("420.avif", encoded(rgb, "AVIF", quality=80, subsampling="4:2:0"), "avif")
add("gray.avif", encoded(rgb, "AVIF", quality=80, subsampling="4:0:0"))
add("alpha.avif", encoded(alpha, "AVIF", quality=90, subsampling="4:4:4"), "avif")
add("exif-6.avif", encoded(rgb, "AVIF", quality=90, subsampling="4:4:4", exif=exif(6)), "avif")
avif = encoded(rgb, "AVIF")
add("cut-50.avif", avif[: len(avif) // 2])

# --- TIFF -----------------------------------------------------------------------------------------------------------


def tiff(strips, tags, order="<", size=(W, H), tile=None):
    """A classic TIFF of the given strips (or tiles); tags map a number to SHORT values."""
    out = (b"II*\0" if order == "<" else b"MM\0*") + bytes(4)
    offsets = []
    for strip in strips:
        offsets.append(len(out))
        out += strip + bytes(len(strip) % 2)
    where = {322: [tile[0]], 323: [tile[1]], 324: offsets, 325: [len(s) for s in strips]} if tile else {
        273: offsets, 279: [len(s) for s in strips]}
    entries = {256: [size[0]], 257: [size[1]], 259: [1], **tags, **where}
    body, tail = b"", b""
    start = len(out)
    after = start + 2 + 12 * len(entries) + 4
    for tag in sorted(entries):
        values = entries[tag]
        kind, code = (4, "I") if tag in (273, 279, 324, 325) else (3, "H")
        data = struct.pack(order + code * len(values), *values)
        body += struct.pack(order + "HHI", tag, kind, len(values))
        if len(data) <= 4:
            body += data.ljust(4, b"\0")
        else:
            body += struct.pack(order + "I", after + len(tail))
            tail += data + bytes(len(data) % 2)
    out = out[:4] + struct.pack(order + "I", start) + out[8:]
    return out + struct.pack(order + "H", len(entries)) + body + bytes(4) + tail


for compression in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"):
    add(f"{compression}.tif", encoded(rgb, "TIFF", compression=compression))
add("gray.tif", encoded(gray, "TIFF"))
add("bilevel-group4.tif", encoded(bilevel, "TIFF", compression="group4"))
add("palette.tif", encoded(palette, "TIFF"))
add("rgba.tif", encoded(alpha, "TIFF"))
add("cmyk.tif", encoded(rgb.convert("CMYK"), "TIFF", compression="tiff_lzw"))
add("jpeg-inside.tif", encoded(rgb, "TIFF", compression="jpeg", quality=90))
add("gray-16.tif", encoded(Image.fromarray(gray16), "TIFF"), "gray-16")
add("float.tif", encoded(Image.fromarray(gray16.astype(np.float32)), "TIFF"), "tiff-numbers")
add("two-pages.tif", encoded(rgb, "TIFF", save_all=True, append_images=[rgb.rotate(180)]))
for n in (3, 6):
    add(f"orientation-{n}.tif", encoded(rgb, "TIFF", tiffinfo={274: n}))
rows = smooth()
RGB8 = {258: [8, 8, 8], 262: [2], 277: [3]}
for order, name in (("<", "little"), (">", "big")):
    add(f"{name}-endian.tif", tiff([rows.tobytes()], {**RGB8, 278: [H]}, order))
    add(f"rgb-16-{name}.tif", tiff([np.stack([gray16] * 3, -1).astype(order + "u2").tobytes()],
                                   {258: [16] * 3, 262: [2], 277: [3], 278: [H]}, order))
    add(f"gray-16-{name}.tif", tiff([gray16.astype(order + "u2").tobytes()], {258: [16], 262: [1], 277: [1], 278: [H]},
                                    order), "gray-16")
add("strips-of-4.tif", tiff([rows[y : y + 4].tobytes() for y in range(0, H, 4)], {**RGB8, 278: [4]}))
add("deflate-strips.tif", tiff([zlib.compress(rows[y : y + 4].tobytes()) for y in range(0, H, 4)],
                               {**RGB8, 278: [4], 259: [8]}))
grid = np.pad(rows, ((0, -H % 16), (0, -W % 16), (0, 0)))
tiles = [grid[y : y + 16, x : x + 16] for y in range(0, H, 16) for x in range(0, W, 16)]
tiled = tiff([t.tobytes() for t in tiles], RGB8, tile=(16, 16))
add("tiles.tif", tiled)
add("cut-in-byte-counts.tif", tiled[:-8], "cut-end")
add("deflate-tiles-big.tif", tiff([zlib.compress(t.tobytes()) for t in tiles], {**RGB8, 259: [8]}, ">", tile=(16, 16)))
planes = [rows[..., c].tobytes() for c in range(3)]
add("planes.tif", tiff(planes, {**RGB8, 278: [H], 284: [2]}))
add("planes-in-tiles.tif", tiff([t[..., c].tobytes() for c in range(3) for t in tiles], {**RGB8, 284: [2]}, tile=(16, 16)),
    "tiff-kinds")
add("min-is-white.tif", tiff([np.array(gray).tobytes()], {258: [8], 262: [0], 277: [1], 278: [H]}))
add("gray-4.tif", tiff([b"".join(packed(np.array(gray) >> 4, 4))], {258: [4], 262: [1], 277: [1], 278: [H]}))
add("cmyk-16.tif", tiff([np.stack([gray16, gray16[::-1], gray16[:, ::-1], gray16 // 3], -1).astype("<u2").tobytes()],
                        {258: [16] * 4, 262: [5], 277: [4], 278: [H]}))
add("premultiplied.tif", tiff([np.array(alpha).tobytes()], {258: [8] * 4, 262: [2], 277: [4], 278: [H], 338: [1]}))
add("premultiplied-16.tif", tiff([np.stack([gray16] * 4, -1).astype("<u2").tobytes()],
                                 {258: [16] * 4, 262: [2], 277: [4], 278: [H], 338: [1]}), "tiff-premultiplied-16")
add("signed-8.tif", tiff([np.array(gray).tobytes()], {258: [8], 262: [1], 277: [1], 278: [H], 339: [2]}), "tiff-numbers")
lzw = encoded(rgb, "TIFF", compression="tiff_lzw")
for share in (1, 30, 60):
    add(f"cut-{share}.tif", lzw[: len(lzw) * share // 100])

lab = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
add("lab.tif", encoded(ImageCms.applyTransform(rgb, lab), "TIFF"), "tiff-kinds")

# --- BMP ------------------------------------------------------------------------------------------------------------


def bmp(bits, data, table=b"", size=(W, H), compression=0, header=40, masks=b"", used=0):
    if header == 12:
        info = struct.pack("<IHHHH", 12, *size, 1, bits)
    else:
        info = struct.pack("<IiiHHIIiiII", header, *size, 1, bits, compression, len(data), 0, 0, used, 0)
    info += masks if header == 40 else masks.ljust(max(0, header - 40), b"\0")[: max(0, header - 40)]
    offset = 14 + len(info) + len(table)
    return b"BM" + struct.pack("<IHHI", offset + len(data), 0, 0, offset) + info + table + data


pad4 = lambda row: row + bytes(-len(row) % 4)
up = lambda rows: b"".join(pad4(row) for row in reversed(list(rows)))
bgr = rows[..., ::-1]
quads = b"".join(bytes([colours[i + 2], colours[i + 1], colours[i], 0]) for i in range(0, len(colours), 3))
triples = b"".join(bytes([colours[i + 2], colours[i + 1], colours[i]]) for i in range(0, len(colours), 3))
add("pillow-24.bmp", encoded(rgb, "BMP"))
add("pillow-gray.bmp", encoded(gray, "BMP"))
add("pillow-bilevel.bmp", encoded(bilevel, "BMP"))
add("pillow-32.bmp", encoded(alpha, "BMP"))
add("palette-8.bmp", bmp(8, up(r.tobytes() for r in indices), quads, used=13))
add("palette-4.bmp", bmp(4, up(packed(indices, 4)), quads.ljust(64, b"\0")))
add("palette-1.bmp", bmp(1, up(packed(indices % 2, 1)), quads[:8]))
add("core-24.bmp", bmp(24, up(r.tobytes() for r in bgr), header=12))
add("core-8.bmp", bmp(8, up(r.tobytes() for r in indices), triples.ljust(768, b"\0"), header=12))
add("top-down.bmp", bmp(24, b"".join(pad4(r.tobytes()) for r in bgr), size=(W, -H)))
add("bgrx.bmp", bmp(32, up(r.tobytes() for r in np.dstack([bgr, bgr[..., :1]]))))
five = (rows[..., 0].astype(np.uint16) >> 3 << 10) | (rows[..., 1].astype(np.uint16) >> 3 << 5) | (rows[..., 2] >> 3)
six = (rows[..., 0].astype(np.uint16) >> 3 << 11) | (rows[..., 1].astype(np.uint16) >> 2 << 5) | (rows[..., 2] >> 3)
add("555.bmp", bmp(16, up(r.astype("<u2").tobytes() for r in five)))
add("565.bmp", bmp(16, up(r.astype("<u2").tobytes() for r in six), compression=3, masks=struct.pack("<III", 0xF800, 0x7E0, 0x1F)))
add("masks-v4.bmp", bmp(32, up(r.tobytes() for r in np.array(alpha)), compression=3, header=108,
                        masks=struct.pack("<IIII", 0xFF, 0xFF00, 0xFF0000, 0xFF000000)))
add("masks-odd.bmp", bmp(32, up(r.tobytes() for r in np.array(alpha)), compression=3, header=108,
                         masks=struct.pack("<IIII", 0x3FF, 0xFFC00, 0x3FF00000, 0)))


def rle(rows, four=False):
    out = b""
    for row in rows:
        x = 0
        while x < len(row):
            run = 1
            while x + run < len(row) and run < 200 and row[x + run] == row[x]:
                run += 1
            if run == 1 and x + 6 <= len(row):
                part = [int(v) for v in row[x : x + 6]]
                body = bytes(part[i] << 4 | part[i + 1] for i in range(0, 6, 2)) if four else bytes(part)
                out += b"\0\x06" + body + bytes(len(body) % 2)
                x += 6
                continue
            value = int(row[x])
            out += bytes([run, value << 4 | value if four else value])
            x += run
        out += b"\0\0"
    return out + b"\0\1"


add("rle-8.bmp", bmp(8, rle(indices[::-1]), quads.ljust(1024, b"\0"), compression=1))
add("rle-4.bmp", bmp(4, rle(indices[::-1], True), quads.ljust(64, b"\0"), compression=2))
add("rle-skip.bmp", bmp(8, b"\0\2\5\3" + rle(indices[:-3]), quads.ljust(1024, b"\0"), compression=1))
add("index-beyond-palette.bmp", bmp(8, up(r.tobytes() for r in indices), quads[:20], used=5))
bitmap = encoded(rgb, "BMP")
for share in (1, 30, 99):
    add(f"cut-{share}.bmp", bitmap[: len(bitmap) * share // 100])
add("bomb.bmp", bmp(24, b"", size=(100000, 100000)))

# --- PBM, PGM, PPM --------------------------------------------------------------------------------------------------
text = lambda values: b"\n".join(b" ".join(str(int(v)).encode() for v in row.ravel()) for row in values)
bits = np.array(bilevel).astype(np.uint8)
head = lambda kind, maxval="": f"{kind}\n# made by hand\n{W} {H}\n{maxval}".encode() + (b"\n" if maxval else b"")
add("plain.pbm", head("P1") + text(1 - bits))
add("plain-no-spaces.pbm", head("P1") + text(1 - bits).replace(b" ", b""))
add("plain.pgm", head("P2", "255") + text(np.array(gray)))
add("plain-15.pgm", head("P2", "15") + text(np.array(gray) >> 4))
add("plain.ppm", head("P3", "255") + text(rows))
add("plain-comments.ppm", head("P3", "255") + text(rows).replace(b"\n", b" # a comment\n ", 3))
add("raw.pbm", encoded(bilevel, "PPM"))
add("raw.pgm", encoded(gray, "PPM"))
add("raw-100.pgm", head("P5", "100") + (np.array(gray) * 100 // 255).astype(np.uint8).tobytes())
add("raw-2.pgm", head("P5", "2") + (np.array(gray) // 86).astype(np.uint8).tobytes())
add("raw.ppm", encoded(rgb, "PPM"))
add("raw-65535.ppm", head("P6", "65535") + np.stack([gray16] * 3, -1).astype(">u2").tobytes())
add("raw-1000.ppm", head("P6", "1000") + (np.stack([gray16] * 3, -1) // 66).astype(">u2").tobytes())
add("raw-65535.pgm", head("P5", "65535") + gray16.astype(">u2").tobytes(), "gray-16")
add("raw-4095.pgm", head("P5", "4095") + (gray16 >> 4).astype(">u2").tobytes(), "gray-16")
for share in (1, 50, 99):
    whole = encoded(rgb, "PPM")
    add(f"cut-{share}.ppm", whole[: len(whole) * share // 100])
add("cut.pgm", (head("P2", "255") + text(np.array(gray)))[:400])
add("word.ppm", head("P3", "255") + b"one two three")
add("too-large.ppm", head("P3", "255") + text(rows + np.uint16(100)))
add("bomb.ppm", b"P6 100000 100000 255\n")
add("no-maxval.ppm", b"P6 3 3 0\n" + bytes(27))

# --- anything else --------------------------------------------------------------------------------------------------
add("empty.jpg", b"")
add("text.png", b"hello, not a picture")
add("jpeg-header-only.jpg", b"\xff\xd8\xff\xe0" + b"garbage" * 20)
add("png-header-only.png", b"\x89PNG\r\n\x1a\n" + b"garbage" * 20)
add("gif-header-only.gif", b"GIF89a" + b"garbage" * 20)
add("webp-header-only.webp", b"RIFF\0\1\0\0WEBP" + b"garbage" * 20)
add("tiff-header-only.tif", b"II*\0" + b"garbage!" * 20)
add("bmp-header-only.bmp", b"BM" + b"garbage" * 20)
add("png-called.jpg", encoded(rgb, "PNG"))
add("jpeg-called.png", encoded(rgb, "JPEG"))
add("drawing.svg", b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')


deflated = lambda data: base64.b64encode(zlib.compress(data, 9)).decode()


def high_bytes(image):
    """Gray of 16 bits by its high byte, upright as it is."""
    return np.repeat((np.array(image).astype(np.uint32) >> 8).astype(np.uint8)[..., None], 3, -1)


def golden(data, exception):
    try:
        image = Image.open(io.BytesIO(data))
        upright = ImageOps.exif_transpose(image)
        pixels = np.array(upright.convert("RGB"))
    except Exception as error:
        return {"refused": type(error).__name__}
    digest = hashlib.sha256(pixels.tobytes()).hexdigest()
    out = {"width": upright.width, "height": upright.height, "mode": image.mode, "sha256": digest}
    if exception == "gray-16":
        out["highBytes"] = hashlib.sha256(high_bytes(upright).tobytes()).hexdigest()
    if exception == "avif":
        out["deflated"] = deflated(pixels.tobytes())
    return out


written = [{"name": f["name"], **({"exception": f["exception"]} if f["exception"] else {}),
            "deflated": deflated(f["data"]), "pillow": golden(f["data"], f["exception"])} for f in files]
with open(os.path.join(HERE, "corpus.json"), "w") as out:
    out.write("[\n" + ",\n".join(json.dumps(f) for f in written) + "\n]")
    out.write("\n")
refused = sum("refused" in f["pillow"] for f in written)
print(len(written), "files,", sum(len(f["data"]) for f in files), "bytes,", refused, "refused by Pillow")
