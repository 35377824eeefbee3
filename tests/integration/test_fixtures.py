"""Every released version's data directory opens, and shows what it showed then."""

import json
import pathlib
import sys

import pytest

from harness import ROOT, Server

sys.path.insert(0, str(ROOT / "tests" / "fixtures"))
import fixture  # noqa: E402

FIXTURES = sorted((ROOT / "tests" / "fixtures").glob("data-*"))


def test_there_are_fixtures():
    assert FIXTURES


@pytest.mark.parametrize("released", FIXTURES, ids=lambda path: path.name)
def test_the_data_of_a_release_opens(released, tmp_path):
    fixture.unpack(released, tmp_path / "data")
    expected = json.loads((released / "shown.json").read_text())
    server = Server(pathlib.Path(tmp_path))
    try:
        found = fixture.show(server.rest, expected["asked"])
        assert server.rest.get("/v1/status")[1]["journal"]["snapshot_sequence"] > 0
    finally:
        server.close()
    assert not list(fixture.differences(expected["shown"], found))
