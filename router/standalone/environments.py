"""What the processes of a private stack are told by their environment."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from router.standalone.further_node import FurtherNode
from router.standalone.site import Site

NOT_PASSED_ON = frozenset(
    {"HOTLINE_ARI_PASSWORD", "HOTLINE_AMI_PASSWORD", "HOTLINE_DATABASE", "HOTLINE_NODES"}
)
"""Of another hotline, and secret."""


def shared_by_all(state_dir: Path, given: Mapping[str, str]) -> Mapping[str, str]:
    """`given`: the settings of whoever starts the stack."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("HOTLINE_")}
    told = {name: text for name, text in given.items() if name not in NOT_PASSED_ON}
    return {**inherited, **told, "HOTLINE_STATE_DIR": str(state_dir)}


def engines_own(
    shared: Mapping[str, str], site: Site, database: str, further: Sequence[FurtherNode]
) -> Mapping[str, str]:
    """The engine enters every node, and the database."""
    own = {
        "HOTLINE_ARI_URL": site.ari_url,
        "HOTLINE_ARI_USER": "hotline",
        "HOTLINE_ARI_PASSWORD": site.ari_password,
        "HOTLINE_AMI_HOST": site.control_host,
        "HOTLINE_AMI_PORT": str(site.ami_port),
        "HOTLINE_AMI_USER": "hotline",
        "HOTLINE_AMI_PASSWORD": site.ami_password,
        "HOTLINE_DATABASE": database,
    }
    if further:
        own["HOTLINE_NODES"] = json.dumps([node.setting() for node in further])
    return {**shared, **own}


def guards(shared: Mapping[str, str], site: Site) -> Mapping[str, str]:
    """A guard needs one password, and has no other."""
    own = {
        "HOTLINE_AMI_HOST": site.control_host,
        "HOTLINE_AMI_PORT": str(site.ami_port),
        "HOTLINE_GUARD_PASSWORD": site.ami_guard_password,
    }
    return {**shared, **own}
