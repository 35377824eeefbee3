"""The commands of the binary, as its own texts have them."""

import re
import subprocess

from harness import HOLDFAST


def output(*arguments):
    return subprocess.run([HOLDFAST, *arguments], check=True, capture_output=True, text=True).stdout


def commands():
    """["run", …, "lease open", …]: those that do something, in the order of --help."""
    return [path.replace("\\-", "-") for path in re.findall(r'^\.SS "holdfast (.*)"$', output("man"), re.M)]


def help_of(path):
    return output(*path.split(), "--help")


def examples_of(text):
    """The lines below "Example:" or "Examples:" at the end of a --help."""
    _, found, below = re.search(r"\A(.*?)(\nExamples?:\n|\Z)(.*)", text, re.S).groups()
    return [line.strip() for line in below.splitlines() if line.startswith("  ")] if found else []
