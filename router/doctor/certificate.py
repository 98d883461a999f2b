"""Whether the certificate that Asterisk shows to the engine is good, and for how long."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

from router.doctor.finding import Finding, critical, warning

WITHIN = timedelta(seconds=3)
SOON = timedelta(days=21)
_REMEDY = "Renew it (http.conf names its file), and have Asterisk read it: `module reload http`."


async def shown_by(
    url: str, *, within: timedelta = WITHIN, now: Callable[[], float] = time.time
) -> list[Finding]:
    """Of an https address; of another there is none to look at. Who does not answer is told
    elsewhere."""
    web = urlsplit(url)
    if web.scheme != "https":
        return []
    where = f"{web.hostname}:{web.port or 443}"
    try:
        async with asyncio.timeout(within.total_seconds()):
            _, writer = await asyncio.open_connection(
                web.hostname, web.port or 443, ssl=ssl.create_default_context()
            )
    except ssl.SSLCertVerificationError as refusal:
        return [critical("certificate", where, f"{refusal.verify_message}.", _REMEDY)]
    except ssl.SSLError as refusal:
        what = f"It does not speak TLS ({refusal.reason})."
        return [critical("certificate", where, what, "Set tlsenable = yes in http.conf.")]
    except (OSError, TimeoutError):
        return []
    certificate = writer.get_extra_info("peercert")
    writer.close()
    left = timedelta(seconds=ssl.cert_time_to_seconds(certificate["notAfter"]) - now())
    if left < SOON:
        return [warning("certificate", where, f"It ends in {left.days} days.", _REMEDY)]
    return []
