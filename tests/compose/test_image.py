"""The image holds what a process needs and no more, and containers may do little."""

from __future__ import annotations

import json
from typing import Any

from tests.fixtures.compose import ComposeSystem

ENGINES = {"postgres", "redis"}
PUBLISHED = {"edge", "minio"}
TOOLS = "gcc cc make ld pip pip3 uv git curl wget"


def _running(project: ComposeSystem) -> dict[str, Any]:
    """The engine's word on each running container, by its service."""
    found = json.loads(project.docker("inspect", *project.compose("ps", "-q").split()))
    return {each["Config"]["Labels"]["com.docker.compose.service"]: each for each in found}


def test_the_image_is_small_and_has_no_build_tools(project: ComposeSystem) -> None:
    image = _running(project)["clients-api"]["Image"]
    # What sets PDFs takes 81 MB of it, the words for dates and amounts 36.
    assert int(project.docker("image", "inspect", "-f", "{{.Size}}", image)) < 520_000_000
    look = f'for tool in {TOOLS}; do command -v "$tool"; done; id -u'
    said = project.docker("run", "--rm", "--entrypoint", "sh", image, "-c", look)
    assert said.split() == ["10001"], said


def test_no_process_of_ours_can_write_to_its_image_or_gain_rights(project: ComposeSystem) -> None:
    for service, container in _running(project).items():
        if service in ENGINES:
            continue
        host = container["HostConfig"]
        assert host["ReadonlyRootfs"], service
        assert host["CapDrop"] == ["ALL"], service
        assert "no-new-privileges:true" in host["SecurityOpt"], service
        assert host["Memory"], service


def test_only_the_facade_and_the_store_are_published(project: ComposeSystem) -> None:
    published = {
        service
        for service, container in _running(project).items()
        if any((container["NetworkSettings"]["Ports"] or {}).values())
    }
    assert published == PUBLISHED
    outside = {
        service
        for service, container in _running(project).items()
        if f"{project.project}_edge" in container["NetworkSettings"]["Networks"]
    }
    assert outside == PUBLISHED
