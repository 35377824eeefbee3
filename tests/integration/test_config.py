"""The settings of `holdfast serve`: flags, environment, file, and what SIGHUP takes over."""

import signal

import pytest
import rest
from harness import OK, USAGE
from serving import run_serve, serving


@pytest.fixture
def file(tmp_path):
    return tmp_path / "holdfast.toml"


def test_a_file_a_variable_and_a_flag(file):
    file.write_text('journal = "memory:"\nlisten = ["127.0.0.1:0", "[::1]:0"]\ndefault-ttl = "7s"\nlog-format = "json"\n')
    with serving("--config", file) as server:
        assert server.lines[-1].startswith("{") and len(server.addresses) == 2
        assert rest.held(server, "a")["lease"]["ttl_ms"] == 7000
    env = {"HOLDFAST_CONFIG": str(file), "HOLDFAST_DEFAULT_TTL": "8s"}
    with serving(env=env) as server:
        assert len(server.addresses) == 1
        assert rest.held(server, "a")["lease"]["ttl_ms"] == 8000


@pytest.mark.parametrize("text,words", [
    ('lisen = "127.0.0.1:1"', ":1: unknown key 'lisen', did you mean 'listen'?"),
    ('\ndefault-ttl = "soon"', ":2: default-ttl: 'soon' is not a duration"),
    ('max-connections = "5"', ":1: max-connections is a number"),
    ('listen = ["0.0.0.0:1"]', "no loopback address, and there is no authentication"),
    ('metrics-listen = "0.0.0.0:1"', "no loopback address, and there is no authentication"),
    ("data = ", ":1: "),
])
def test_a_wrong_file_is_refused(file, text, words):
    file.write_text(text)
    for arguments in (["--config", file], ["--config", file, "--check-config"], ["--config", file, "--print-config"]):
        code, out, err = run_serve(*arguments)
        assert code == USAGE and out == ""
        assert str(file) in err and words in err


@pytest.mark.parametrize("arguments,words", [
    (["--data", "a", "--data", "b"], "--data"), (["--max-connections", "0"], "--max-connections: '0'"),
    (["--history-size", "1GB"], "--history-size: '1GB' is not a size"), (["--data", ""], "--data"),
    (["--segment-size", "1000KiB"], "--segment-size: '1000KiB' is not between"), (["--snapshot-size", "1"], "--snapshot-size"),
    (["--metrics-listen", "[::]:1"], "authentication"), (["--base-path", "locks"], "--base-path: 'locks'"),
    (["--trusted-proxies", "10.0.0.1/8"], "--trusted-proxies"), (["--cors-origin", "*"], "--cors-origin: '*'"),
    (["--tls-cert", "a.pem"], "tls-key"), (["--config", "/nonexistent.toml"], "/nonexistent.toml"),
    (["--history-keep", "-1s"], "--history-keep"), (["--insecure-plaintext=perhaps"], "insecure-plaintext"),
    (["--chek-config"], "--check-config")])
def test_wrong_flags_are_refused(arguments, words):
    code, _, err = run_serve(*arguments, "--check-config")
    assert code == USAGE and words in err


def test_check_config_touches_nothing(file, tmp_path):
    file.write_text(f'data = "{tmp_path}/data"\n')
    assert run_serve("--config", file, "--check-config") == (OK, "", "")
    assert not (tmp_path / "data").exists()


def test_what_is_printed_is_taken(file, tmp_path):
    first = tmp_path / "first.toml"
    first.write_text('log-level = "warn"\ncors-origin = ["https://a", "https://b"]\n')
    env = {"HOLDFAST_TRUSTED_PROXIES": "10.0.0.0/8,unix"}
    code, out, err = run_serve("--config", first, "--insecure-plaintext", "--max-connections=7", "--print-config", env=env)
    assert (code, err) == (OK, "")
    for line in (f"# {first}:1", "# HOLDFAST_TRUSTED_PROXIES", "max-connections = 7  # --max-connections",
                 "insecure-plaintext = true  # --insecure-plaintext", 'default-ttl = '):
        assert line in out, out
    file.write_text(out)
    code, again, err = run_serve("--config", file, "--print-config")
    assert (code, err) == (OK, "")
    values = lambda text: [line.split("  # ")[0] for line in text.splitlines()]
    assert values(again) == values(out)


def test_hangup_takes_over_level_and_limits_and_names_the_rest(file):
    file.write_text('journal = "memory:"\nlisten = "127.0.0.1:0"\nlog-level = "info"\n')
    with serving("--config", file) as server:
        with rest.wire(server) as wire:
            assert wire.ask("GET", "/v1/status").json["limits"]["connections"] == 10240
            file.write_text('journal = "file:elsewhere"\nlisten = "127.0.0.1:0"\nmax-connections = 11\n')
            said = server.signal_and_wait(signal.SIGHUP, "reloaded")
            assert "journal has changed: that takes a restart" in said and "max-connections" not in said
            assert wire.ask("GET", "/v1/status").json["limits"]["connections"] == 11
            file.write_text('max-connections = 12\nlog-levle = "error"\n')
            said = server.signal_and_wait(signal.SIGHUP, "nothing was reloaded")
            assert "log-level" in said
            assert wire.ask("GET", "/v1/status").json["limits"]["connections"] == 11
            file.write_text('journal = "memory:"\nlisten = "127.0.0.1:0"\nlog-level = "error"\nmax-connections = 13\n')
            server.process.send_signal(signal.SIGHUP)
            rest.eventually(lambda: wire.ask("GET", "/v1/status").json["limits"]["connections"] == 13, "reloaded")
            file.write_text("log-level = 5")
            server.signal_and_wait(signal.SIGHUP, "log-level is a string")
            assert server.log().count("info: reloaded") == 1


def test_probes_have_a_listener_of_their_own(tmp_path):
    path = tmp_path / "probes.sock"
    with serving("--metrics-listen", f"unix:{path}", "--metrics-listen", "[::1]:0", "--max-connections", "1") as server:
        assert server.probes().url == f"unix:{path}"
        url = server.log().split("serving probes on ")[1].split()[1]
        probes = type("Probes", (), {"url": url})
        with rest.wire(server) as only:
            assert only.ask("GET", "/v1/status").status == 200
            assert rest.get(server, "/v1/status").code == "overloaded"
            for page in ("/healthz", "/readyz", "/metrics"):
                assert rest.get(probes, page, host="[::1]").status == 200
            assert rest.get(probes, "/v1/status", host="[::1]").code == "not_found"
            assert rest.post(probes, "/v1/acquire", {"key": "a"}, host="[::1]").code == "not_found"
