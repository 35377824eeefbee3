"""Completion scripts in the shells they are for, and the manual page."""

import pathlib
import re
import shutil
import subprocess

import pytest

from cli_tree import commands, help_of, output
from harness import HOLDFAST


def in_shell(shell, script, tmp_path):
    done = subprocess.run([*shell, script], capture_output=True, text=True, cwd=tmp_path, timeout=60,
                          env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "TERM": "dumb"})
    assert done.stderr == "", done.stderr
    return done.stdout


def bash(tmp_path, line):
    words = line.split(" ")
    (tmp_path / "script").write_text(output("completion", "bash"))
    array = " ".join(f"'{word}'" for word in words)
    return in_shell(["bash", "--norc", "-c"], f"""
        source ./script
        COMP_WORDS=({array}); COMP_CWORD={len(words) - 1}; COMP_LINE='{line}'; COMP_POINT={len(line)}
        _holdfast 2>/dev/null; printf '%s\\n' "${{COMPREPLY[@]}}"
    """, tmp_path).strip().splitlines()


def fish(tmp_path, line):
    (tmp_path / "script").write_text(output("completion", "fish"))
    return in_shell(["fish", "--no-config", "-c"], f"source ./script; complete -C '{line}' | cut -f1", tmp_path).split()


def zsh(tmp_path, line):
    """A real zsh on a terminal of its own, asked to list what it knows once its editor reads the keys: before that,
    the terminal itself would take ^D and ^U."""
    (tmp_path / "_holdfast").write_text(output("completion", "zsh"))
    listed = in_shell(["zsh", "-f", "-c"], f"""
        zmodload zsh/zpty
        zpty z zsh -f -i
        zpty -w z "PROMPT=; fpath=($PWD \\$fpath); autoload -Uz compinit; compinit -u -D; LISTMAX=9999; COLUMNS=200"
        zpty -w z "zstyle ':completion:*' list-prompt ''; zstyle ':completion:*' menu no; stty cols 200 rows 200"
        zpty -w z "bindkey '^D' list-choices; zle-line-init() {{ print -rn read''y. }}; zle -N zle-line-init"
        zpty -r -m z all '*ready.*'
        zpty -w -n z {line!r}$'\\004\\025'
        zpty -w z "print -r list''ed."
        zpty -r -m z text '*listed.*'
        print -r -- $text
    """, tmp_path)
    return [re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", word) for word in listed.split()]


SHELLS = [shell if shutil.which(shell.__name__) else pytest.param(shell, marks=pytest.mark.skip("is not installed"))
          for shell in (bash, zsh, fish)]


@pytest.mark.parametrize("complete", SHELLS)
@pytest.mark.parametrize("line,expected,unexpected", [
    ("holdfast re", ["renew", "release", "request-release", "register"], ["run", "open"]),
    ("holdfast lease ", ["open", "show", "end", "list"], ["acquire"]),
    ("holdfast lease open --", ["--ttl", "--owner", "--server"], ["--principal"]),
    ("holdfast ls --state ", ["free", "reserved", "exclusive", "shared"], ["--owner"]),
    ("holdfast run --sh", ["--shared"], ["--json"]),
    ("holdfast completion ", ["bash", "zsh", "fish"], []),
    ("holdfast serve --log-format ", ["text", "json"], []),
    ("holdfast run k -- ech", ["echo"], ["--shared"]),
    ("holdfast restore a.backup --", ["--data", "--journal", "--assume-released"], ["--server"]),
    ("holdfast upgrade ", ["finish"], ["backup"]),
])
def test_completions(complete, tmp_path, line, expected, unexpected):
    words = complete(tmp_path, line)
    found = {re.split(r"=|\[", word)[0] for word in words}
    assert set(expected) <= found, words
    assert not set(unexpected) & found, words


@pytest.mark.skipif(not shutil.which("bash"), reason="bash is not installed")
def test_bash_values_behind_an_equals_sign_and_files(tmp_path):
    assert bash(tmp_path, "holdfast ls --state = ex") == ["exclusive"]
    (tmp_path / "settings.toml").touch()
    (tmp_path / "sets of others").mkdir()
    assert sorted(bash(tmp_path, "holdfast serve --config set")) == ["sets of others", "settings.toml"]
    assert bash(tmp_path, "holdfast serve --data set") == ["sets of others"]
    assert bash(tmp_path, "holdfast backup sett") == ["settings.toml"]
    assert bash(tmp_path, "holdfast verify set") == ["sets of others"]
    assert bash(tmp_path, "holdfast run --ttl ") == []


@pytest.mark.parametrize("checker", [["mandoc", "-Tlint", "-Wwarning"], ["man", "--warnings", "-l"]])
def test_the_manual_page_is_sound(checker, tmp_path):
    if not shutil.which(checker[0]):
        pytest.skip(f"{checker[0]} is not installed")
    page = tmp_path / "holdfast.1"
    page.write_text(output("man"))
    done = subprocess.run([*checker, page], capture_output=True, text=True, env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"})
    assert done.returncode == 0 and done.stderr == ""
    assert checker[0] == "man" or done.stdout == ""


@pytest.mark.skipif(not shutil.which("mandoc"), reason="mandoc is not installed")
def test_the_manual_page_has_every_command_and_option(tmp_path):
    page = tmp_path / "holdfast.1"
    page.write_text(output("man"))
    text = subprocess.run(["mandoc", "-Tutf8", "-O", "width=400", page], capture_output=True, text=True).stdout
    text = re.sub(".\b", "", text)
    for path in commands():
        assert f"holdfast {path}" in text
        for option in re.findall(r"^  .*?(--[a-z-]+)", help_of(path), re.M):
            assert option in text


def test_the_build_has_made_them():
    made = pathlib.Path(HOLDFAST).resolve().parent / "src" / "cli" / "pages"
    if not made.exists() or (made / "holdfast.1").stat().st_mtime < pathlib.Path(HOLDFAST).stat().st_mtime:
        pytest.skip("only the program itself is built: ninja holdfast_pages")
    for name, *arguments in [("holdfast.1", "man"), ("holdfast.bash", "completion", "bash"),
                             ("_holdfast", "completion", "zsh"), ("holdfast.fish", "completion", "fish")]:
        assert (made / name).read_text() == output(*arguments)
