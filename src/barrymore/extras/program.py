"""The program of an extra: run by the Python of its own environment, told what to do by lines of JSON.

It imports nothing of the product. It has no network, writes no file, and ends with its standard input.
A line in is {"do": …}, a line out is {"ok": …} or {"wrong": code, "why": words}; `wrong` means the medium,
not the program.
"""

import contextlib
import ctypes
import errno
import hashlib
import json
import math
import os
import struct
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

# onnxruntime from 1.31 on tells its makers of its use unless told not to.
os.environ |= {"ORT_DISABLE_TELEMETRY": "1", "HF_HUB_OFFLINE": "1"}

LONGEST_SECONDS = 600
MOST_PIXELS = 12_000_000
RATE = 16_000
NETWORK = ("socket.connect", "socket.getaddrinfo", "socket.bind", "socket.sendto", "urllib.Request")
CASCADE = "haarcascade_frontalface_alt2.xml"
# The cascade knows upright faces; heads are held a little to the side.
TILTS = (0, -20, 20)
# A face smaller than this part of the shorter side is somebody in the background.
SMALLEST_FACE = 0.1
MODEL_FILES = ("model.bin", "config.json", "tokenizer.json")


class Wrong(Exception):
    """The medium cannot be used; the code is one word, the text says why."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


class Speech:
    """Words of a sound, by faster-whisper from a local folder."""

    def __init__(self, model: str) -> None:
        if missing := [name for name in MODEL_FILES if not (Path(model) / name).is_file()]:
            raise Wrong("no_model", f"{model} has no {missing[0]}")
        import faster_whisper

        self.whisper = faster_whisper.WhisperModel(
            model, device="cpu", compute_type="int8", cpu_threads=1, local_files_only=True
        )
        with (Path(model) / "model.bin").open("rb") as file:
            mark = hashlib.file_digest(file, "sha256").hexdigest()[:8]
        self.model = f"faster-whisper {faster_whisper.__version__}, {Path(model).name} {mark}"

    def hello(self, asked: dict[str, Any]) -> dict[str, Any]:
        """A second of silence."""
        import numpy

        heard, _about = self.whisper.transcribe(numpy.zeros(RATE, "float32"), language="en", vad_filter=True)
        return {"heard": [one.text for one in heard]}

    def transcribe(self, asked: dict[str, Any]) -> dict[str, Any]:
        """`path`, `language` -> segments, their text, how long the sound is. Raises Wrong."""
        language = asked["language"]
        if not self.whisper.model.is_multilingual and language != "en":
            raise Wrong("language", "this model knows English only")
        if language not in self.whisper.supported_languages:
            raise Wrong("language", f"this model does not know {language!r}")
        sound = samples(asked["path"])
        heard, _about = self.whisper.transcribe(
            sound, language=language, beam_size=5, condition_on_previous_text=False, vad_filter=True
        )
        segments = [
            {
                "start": round(one.start, 2),
                "end": round(one.end, 2),
                "text": one.text.strip(),
                "confidence": round(math.exp(min(one.avg_logprob, 0.0)), 3),
                "no_speech": round(one.no_speech_prob, 3),
            }
            for one in heard
        ]
        segments = [one for one in segments if one["text"].strip(" .…")]
        return {
            "segments": segments,
            "text": " ".join(one["text"] for one in segments),
            "seconds": round(len(sound) / RATE, 2),
            "language": language,
        }


def samples(path: str) -> Any:
    """The sound of a file as 16,000 numbers a second; no more of it is unfolded than may be."""
    import av
    import numpy

    pieces: list[Any] = []
    length = 0
    try:
        with av.open(path, mode="r", metadata_errors="ignore") as file:
            if not file.streams.audio:
                raise Wrong("no_sound", "there is no sound in the file")
            resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
            for frame in frames(file):
                for part in resampler.resample(frame):
                    piece = part.to_ndarray().reshape(-1)
                    pieces.append(piece)
                    length += len(piece)
                if length > LONGEST_SECONDS * RATE:
                    raise Wrong("too_long", f"longer than {LONGEST_SECONDS // 60} minutes")
    except FileNotFoundError:
        raise Wrong("gone", "the file is gone") from None
    except (av.FFmpegError, ValueError, IndexError) as error:
        raise Wrong("unreadable", f"no sound that can be read ({type(error).__name__})") from None
    if length < RATE // 10:
        raise Wrong("no_sound", "there is no sound in the file")
    return numpy.concatenate(pieces).astype("float32") / 32768.0


def frames(file: Any) -> Iterator[Any]:
    """Frame by frame; a browser's recording that was stopped may end in a broken one."""
    import av

    got = False
    try:
        for frame in file.decode(audio=0):
            frame.pts = None
            got = True
            yield frame
    except av.FFmpegError:
        if not got:
            raise
    # What the resampler still holds.
    yield None


class Presence:
    """Whether a face is in a picture, by a cascade of OpenCV: how many and how large, nothing about whose."""

    def __init__(self, model: str) -> None:
        import cv2

        cv2.setNumThreads(1)
        self.cascade = cv2.CascadeClassifier(cv2.data.haarcascades + CASCADE)
        if self.cascade.empty():
            raise Wrong("no_model", f"OpenCV has no {CASCADE}")
        self.model = (
            f"OpenCV {cv2.__version__}, Haar {CASCADE.removeprefix('haarcascade_').removesuffix('.xml')}"
        )

    def hello(self, asked: dict[str, Any]) -> dict[str, Any]:
        """A grey picture."""
        import numpy

        return {"count": len(self.found(numpy.full((240, 320), 128, "uint8")))}

    def faces(self, asked: dict[str, Any]) -> dict[str, Any]:
        """`path` -> how many faces and how large. Raises Wrong."""
        import cv2
        import numpy

        try:
            data = numpy.fromfile(asked["path"], "uint8")
            grey = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE) if data.size else None
        except FileNotFoundError:
            raise Wrong("gone", "the file is gone") from None
        except cv2.error:
            grey = None
        if grey is None:
            raise Wrong("unreadable", "no picture that can be read")
        if grey.size > MOST_PIXELS:
            raise Wrong("too_large", "too many pixels")
        faces = self.found(grey)
        return {"count": len(faces), "sizes": [[int(width), int(height)] for _x, _y, width, height in faces]}

    def found(self, grey: Any) -> list[Any]:
        """The faces in a grey picture, upright or held a little to the side."""
        import cv2

        grey = cv2.normalize(grey, None, 0, 255, cv2.NORM_MINMAX)
        edge = int(min(grey.shape) * 0.15)
        # A face that fills the picture is found only with something around it.
        grey = cv2.copyMakeBorder(grey, edge, edge, edge, edge, cv2.BORDER_REPLICATE)
        height, width = grey.shape
        least = max(24, int(min(grey.shape) * SMALLEST_FACE))
        for tilt in TILTS:
            turn = cv2.getRotationMatrix2D((width / 2, height / 2), tilt, 1)
            picture = (
                cv2.warpAffine(grey, turn, (width, height), borderMode=cv2.BORDER_REPLICATE) if tilt else grey
            )
            faces = self.cascade.detectMultiScale(picture, 1.1, 5, minSize=(least, least))
            if len(faces):
                return list(faces)
        return []


DOES = {"speech": ("hello", "transcribe"), "presence": ("hello", "faces")}


def close_in(megabytes: int) -> None:
    """No network, no file written, no more memory than told: whatever a medium makes a decoder do."""
    sys.addaudithook(refuse_network)
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (megabytes * 2**20, megabytes * 2**20))
    with contextlib.suppress(AttributeError, OSError):
        os.nice(10)
    with contextlib.suppress(AttributeError, OSError, KeyError):
        refuse_sockets()


def refuse_network(event: str, _arguments: Any) -> None:
    """An audit hook: what Python itself would open."""
    if event in NETWORK:
        raise PermissionError(f"an extra has no network ({event})")


def refuse_sockets() -> None:
    """Let the kernel refuse every new socket: libraries in C open theirs without asking Python.

    A seccomp filter of seven instructions; see seccomp(2). Linux on two architectures, elsewhere KeyError.
    """
    arch, number = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}[os.uname().machine]
    load, equal, give = 0x20, 0x15, 0x06  # BPF: load a word, jump if equal, return
    refused, allowed = 0x00050000 | errno.EACCES, 0x7FFF0000
    # Word 1 of what the filter sees is the architecture (at byte 4), word 0 the number of the call.
    steps = [(load, 0, 0, 4), (equal, 1, 0, arch), (give, 0, 0, refused), (load, 0, 0, 0)]
    steps += [(equal, 0, 1, number), (give, 0, 0, refused), (give, 0, 0, allowed)]
    packed = b"".join(struct.pack("HBBI", *one) for one in steps)
    kept = ctypes.create_string_buffer(packed, len(packed))
    program = ctypes.create_string_buffer(struct.pack("HP", len(steps), ctypes.addressof(kept)))
    libc = ctypes.CDLL(None, use_errno=True)
    no_new_privileges, set_seccomp, by_filter = 38, 22, 2
    if libc.prctl(no_new_privileges, 1, 0, 0, 0) or libc.prctl(set_seccomp, by_filter, program, 0, 0):
        raise OSError(ctypes.get_errno(), "seccomp")


def is_closed() -> bool:
    """Whether the kernel refuses a socket that Python does not open."""
    try:
        opened = ctypes.CDLL(None).socket(2, 1, 0)
    except (OSError, AttributeError):
        return False
    if opened >= 0:
        os.close(opened)
    return bool(opened < 0)


def main() -> int:
    """Answer line after line until the input ends."""
    name, model, megabytes = sys.argv[1:4]
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # A library that prints must not spoil the answers.
    os.dup2(2, 1)
    close_in(int(megabytes))
    try:
        extra = (Speech if name == "speech" else Presence)(model)
    except Wrong as wrong:
        tell(answers, {"wrong": wrong.code, "why": str(wrong)})
        return 3
    tell(answers, {"ok": {"model": extra.model, "closed": is_closed()}})
    for line in sys.stdin:
        asked = json.loads(line)
        began = time.process_time()
        try:
            if asked["do"] not in DOES[name]:
                raise Wrong("unknown", asked["do"])
            told = getattr(extra, asked["do"])(asked)
            told |= {"model": extra.model, "cpu_seconds": round(time.process_time() - began, 3)}
            tell(answers, {"ok": told})
        except Wrong as wrong:
            tell(answers, {"wrong": wrong.code, "why": str(wrong)})
        except MemoryError:
            tell(answers, {"wrong": "too_much", "why": "it would need too much memory"})
    return 0


def tell(answers: TextIO, told: dict[str, Any]) -> None:
    """One line out."""
    answers.write(json.dumps(told) + "\n")
    answers.flush()


if __name__ == "__main__":
    sys.exit(main())
