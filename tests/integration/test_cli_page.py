"""docs/cli.md has the --help of every command; HOLDFAST_REWRITE=1 writes it anew."""

import os
import re

from cli_tree import commands, help_of, output
from harness import OK, ROOT, USAGE

PAGE = ROOT / "docs" / "cli.md"
BEGIN, END = "<!-- made of --help: HOLDFAST_REWRITE=1 -->\n", "<!-- end -->\n"


def made():
    parts = ["", *commands()]
    return "\n".join(f"## holdfast {path}".rstrip() + f"\n\n```text\n{shown(path)}\n```\n" for path in parts)


def shown(path):
    return re.sub(r"[ \t]+$", "", help_of(path).strip(), flags=re.M)


def test_the_page_has_the_help_of_every_command():
    page = PAGE.read_text()
    if os.environ.get("HOLDFAST_REWRITE"):
        head, _, tail = page.partition(BEGIN)
        PAGE.write_text(head + BEGIN + "\n" + made() + "\n" + END + tail.partition(END)[2])
        page = PAGE.read_text()
    assert page.partition(BEGIN)[2].partition(END)[0].strip() == made().strip()


def test_help_groups_the_commands():
    text = output("--help")
    groups = re.findall(r"^([A-Z][a-z]+):\n((?:  [a-z].*\n|   .*\n)+)", text, re.M)
    listed = {word for _, lines in groups for word in re.findall(r"^  ([a-z][a-z-]+) ", lines, re.M)}
    assert {path.split()[0] for path in commands()} <= listed
    assert " man " not in text


def test_every_command_says_what_is_wrong_and_what_is_near(against_fake):
    for path in commands():
        done = against_fake(*path.split(), "--jsom")
        assert done.code == USAGE and f"holdfast {path} --help" in done.err, path
        assert "--json " not in help_of(path) or "did you mean '--json'" in done.err, path
        assert against_fake(*path.split(), "--version").code == OK
