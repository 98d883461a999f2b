"""How what callers entrust is sealed: AES-GCM to keep, a keyed hash to recognise."""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from router.core.vocabulary import CallerKey, CallId
from router.errors import KeyFileInvalid

SECRET_BYTES = 32
NONCE_BYTES = 12
# The first byte of what is sealed; another way to seal takes the next one.
FORM = b"\x01"


class Envelope:
    """Seals bytes for one `purpose`; keys of one secret tell nothing about each other."""

    def __init__(self, secret: bytes, purpose: bytes) -> None:
        self._cipher = AESGCM(_derive(secret, purpose))

    def close(self, name: str, content: bytes) -> bytes:
        """The content, readable by `open` under this name only."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return FORM + nonce + self._cipher.encrypt(nonce, content, name.encode())

    def open(self, name: str, sealed: bytes) -> bytes | None:
        """The content; None if it was sealed under another secret or name, or damaged."""
        nonce, rest = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        if sealed[:1] != FORM:
            return None
        with suppress(InvalidTag, ValueError):
            return self._cipher.decrypt(nonce, rest, name.encode())
        return None


class Seal:
    """Of callers' numbers."""

    def __init__(self, secret: bytes) -> None:
        self._envelope = Envelope(secret, b"hotline: number")
        self._hash_key = _derive(secret, b"hotline: caller key")

    def key_of(self, number: str) -> CallerKey:
        """The same for the same number; nobody without the secret can try numbers out."""
        return CallerKey(hmac.digest(self._hash_key, number.encode(), "sha256").hex())

    def close(self, call: CallId, number: str) -> bytes:
        """The number, readable by `open` for this call only."""
        return self._envelope.close(call, number.encode())

    def open(self, call: CallId, sealed: bytes) -> str | None:
        """The number; None if it was sealed under another secret, for another call, or damaged."""
        number = self._envelope.open(call, sealed)
        return None if number is None else number.decode()


def secret_in(file: Path) -> bytes:
    """The secret of a key file (0600), made at its first use; KeyFileInvalid if it is none."""
    with suppress(FileExistsError):
        if not file.exists():
            _make(file)
    file.chmod(0o600)
    try:
        secret = base64.b64decode(file.read_bytes().strip(), validate=True)
    except binascii.Error:
        raise KeyFileInvalid(file=file, detail="it is not base64") from None
    if len(secret) != SECRET_BYTES:
        raise KeyFileInvalid(
            file=file, detail=f"it has {len(secret)} bytes instead of {SECRET_BYTES}"
        )
    return secret


def _make(file: Path) -> None:
    """Complete or not at all; of two makers at once, the first wins."""
    new = file.with_name(f"{file.name}.{os.getpid()}.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as written:
        written.write(base64.b64encode(secrets.token_bytes(SECRET_BYTES)) + b"\n")
        written.flush()
        os.fsync(written.fileno())
    try:
        os.link(new, file)
    finally:
        new.unlink()


def _derive(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret)
