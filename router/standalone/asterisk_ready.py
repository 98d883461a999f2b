"""Whether an Asterisk that was just started would answer a call."""

from __future__ import annotations

import os
import socket

from router import errors
from router.standalone.site import Site


def fully_booted(site: Site) -> bool:
    """AMI says so itself, and only when every module is there."""
    try:
        with socket.create_connection((site.control_host, site.ami_port), timeout=1) as ami:
            ami.sendall(
                b"Action: Login\r\nUsername: hotline\r\n"
                + f"Secret: {site.ami_password}\r\n\r\n".encode()
            )
            said = b""
            while b"FullyBooted" not in said:
                more = ami.recv(4096)
                if not more:
                    return False
                said += more
            return True
    except OSError:
        return False


def answers_sip(site: Site) -> bool:
    """Any answer to OPTIONS: the port is bound and requests are worked on."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.settimeout(1)
        phone.connect((site.sip_host, site.sip_port))
        host, port = phone.getsockname()
        question = (
            f"OPTIONS sip:{site.sip_host}:{site.sip_port} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{os.urandom(8).hex()};rport\r\n"
            f"From: <sip:ready@{host}>;tag={os.urandom(4).hex()}\r\n"
            f"To: <sip:{site.sip_host}>\r\n"
            f"Call-ID: {os.urandom(8).hex()}\r\nCSeq: 1 OPTIONS\r\n"
            f"Contact: <sip:ready@{host}:{port}>\r\nMax-Forwards: 1\r\nContent-Length: 0\r\n\r\n"
        )
        try:
            phone.send(question.encode())
            return phone.recv(2048).startswith(b"SIP/2.0 ")
        except OSError:
            return False


def check_ports(site: Site) -> None:
    """Before the start: Asterisk would go on without a port it cannot have."""
    for what, kind, host, port in (
        ("SIP", socket.SOCK_DGRAM, site.sip_host, site.sip_port),
        ("ARI", socket.SOCK_STREAM, site.control_host, site.http_port),
        ("AMI", socket.SOCK_STREAM, site.control_host, site.ami_port),
    ):
        with socket.socket(socket.AF_INET, kind) as probe:
            if kind == socket.SOCK_STREAM:
                # As Asterisk does: connections that just ended do not count.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as failure:
                raise errors.PortTaken(
                    what=what, where=f"{host}:{port}", detail=failure.strerror
                ) from failure
