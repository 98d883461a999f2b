"""Fixtures of the adapters' tests."""

from __future__ import annotations

from tests.acceptance.asterisk_server import ari, asterisk_server, prefix

__all__ = ["ari", "asterisk_server", "prefix"]
