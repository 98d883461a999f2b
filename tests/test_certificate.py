"""The doctor looks at a real certificate, over real TLS."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from router.doctor import certificate
from router.doctor.finding import Severity

NOW = datetime.now(UTC)


@asynccontextmanager
async def asterisk(folder: Path, *, valid_for: timedelta) -> AsyncIterator[str]:
    """Serves a certificate of its own making; its address."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "asterisk")])
    alias = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=400))
        .not_valid_after(NOW + valid_for)
        .add_extension(alias, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "asterisk.pem"
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(made.public_bytes(pem) + private)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(file)
    server = await asyncio.start_server(lambda r, w: w.close(), "127.0.0.1", 0, ssl=tls)
    async with server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_a_certificate_that_nobody_vouches_for_is_critical(tmp_path: Path) -> None:
    async with asterisk(tmp_path, valid_for=timedelta(days=90)) as url:
        (found,) = await certificate.shown_by(url)
    assert (found.check, found.severity) == ("certificate", Severity.CRITICAL)
    assert "self-signed" in found.what


@pytest.mark.parametrize(("days", "told"), [(90.5, []), (5.5, ["It ends in 5 days."])])
async def test_a_good_certificate_is_told_only_when_it_ends_soon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: float, told: list[str]
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "asterisk.pem"))
    async with asterisk(tmp_path, valid_for=timedelta(days=days)) as url:
        assert [one.what for one in await certificate.shown_by(url)] == told


async def test_a_certificate_that_has_ended_is_critical(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "asterisk.pem"))
    async with asterisk(tmp_path, valid_for=timedelta(days=-1)) as url:
        (found,) = await certificate.shown_by(url)
    assert "expired" in found.what


async def test_without_tls_there_is_no_certificate_to_look_at() -> None:
    assert await certificate.shown_by("http://127.0.0.1:8088") == []
