"""Ports that nobody uses yet on an address of this machine."""

from __future__ import annotations

import socket


def free_port(address: str = "127.0.0.1", *, and_next: bool = False) -> int:
    """Free for UDP and TCP just now, with its next one too if asked; take it soon."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
            datagrams.bind((address, 0))
            port: int = datagrams.getsockname()[1]
            wanted = (port, port + 1) if and_next else (port,)
            if all(_free_stream(address, each) for each in wanted):
                return port


def _free_stream(address: str, port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream:
        try:
            stream.bind((address, port))
        except (OSError, OverflowError):
            return False
        return True


def taken(address: str, port: int) -> bool:
    """Whether somebody has this UDP port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        try:
            datagrams.bind((address, port))
        except OSError:
            return True
        return False
