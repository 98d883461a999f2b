"""What a phone hears, sample by sample with its time, and what an answering machine says."""

from __future__ import annotations

import asyncio
import math
import os
import time
import wave
from array import array
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from router.standalone.tone import Recording

_HEADER = 44
_PLAYED_AT_ONCE = 160
_TICK = 0.02


class _Playing:
    """One call's sound as it comes in: baresip's player writes 20 ms every 20 ms, RTP or not.

    Its clock does not drift, but its output is buffered: so the instant of the first sample is
    taken from the block that arrived with the least delay.
    """

    def __init__(self) -> None:
        self.samples = array("h")
        self.start = math.inf
        self._odd = b""
        self._header = _HEADER

    def take(self, at: float, data: bytes) -> None:
        skipped = min(self._header, len(data))
        self._header -= skipped
        data = self._odd + data[skipped:]
        whole = len(data) & ~1
        self.samples.frombytes(data[:whole])
        self._odd = data[whole:]
        ticks = len(self.samples) // _PLAYED_AT_ONCE
        self.start = min(self.start, at - ticks * _TICK)

    def finish(self) -> None:
        # On closing, baresip writes the header again; into a pipe it comes last instead of first.
        if self.samples[-_HEADER // 2 :].tobytes().startswith(b"RIFF"):
            del self.samples[-_HEADER // 2 :]

    def recording(self) -> Recording:
        return Recording(start=self.start, samples=self.samples[:])


class Ear:
    """The far end of the pipe into which baresip plays what a phone receives."""

    def __init__(self, pipe: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._pipe = pipe
        self._clock = clock
        self._playings: list[_Playing] = []
        self._between_calls = True
        self._changed = asyncio.Event()
        self._descriptor = -1

    def open(self) -> None:
        os.mkfifo(self._pipe)
        self._listen()

    def close(self) -> None:
        if self._descriptor >= 0:
            asyncio.get_running_loop().remove_reader(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = -1

    @property
    def recordings(self) -> list[Recording]:
        """One per call that had audio, in order; the last may still be growing."""
        return [playing.recording() for playing in self._playings if playing.samples]

    async def changed(self) -> None:
        """Until more has come in (a quarter of a second apart, at most)."""
        self._changed.clear()
        await self._changed.wait()

    def _listen(self) -> None:
        # Not blocking: baresip opens the other end only when a call has audio.
        self._descriptor = os.open(self._pipe, os.O_RDONLY | os.O_NONBLOCK)
        asyncio.get_running_loop().add_reader(self._descriptor, self._read)

    def _read(self) -> None:
        try:
            data = os.read(self._descriptor, 1 << 16)
        except BlockingIOError:
            return  # ready, said the loop, but another writer has opened the pipe since
        if data:
            if self._between_calls:
                self._between_calls = False
                self._playings.append(_Playing())
            self._playings[-1].take(self._clock(), data)
        else:
            # A pipe whose writer has gone stays readable for ever: take a fresh descriptor.
            self.close()
            self._listen()
            self._between_calls = True
            if self._playings:
                self._playings[-1].finish()
        self._changed.set()


def write_greeting(path: Path, *, hz: float, lasts: timedelta, then_silent: timedelta) -> None:
    """What an answering machine says: syllables of a tone, and then nothing.

    Four syllables a second, 180 ms each, is about the rhythm of speech. 48 kHz, because baresip
    resamples every source of a phone from one rate.
    """
    rate = 48000
    sounding = range(round(0.18 * rate))
    syllable = array("h", (round(9000 * math.sin(2 * math.pi * hz * at / rate)) for at in sounding))
    syllable.frombytes(bytes(2 * (rate // 4 - len(syllable))))
    silence = bytes(2 * round(then_silent.total_seconds() * rate))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(syllable.tobytes() * round(lasts / timedelta(seconds=0.25)) + silence)
