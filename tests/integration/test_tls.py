"""TLS: its versions, certificates of both sides, their change while connections stay, and the ends of streams."""

import contextlib
import pathlib
import signal
import ssl
import time
import warnings

import pytest
import rest
from certificates import Authority, openssl
from harness import OK, UNREACHABLE, USAGE, Holdfast
from serving import run_serve, serving


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def files(authority):
    return authority.sign("server")


def flags(files):
    return ["--tls-cert", files[0], "--tls-key", files[1]]


@pytest.fixture(scope="module")
def server(files, tmp_path_factory):
    path = tmp_path_factory.mktemp("sockets") / "http.sock"
    with serving(*flags(files), "--listen", "127.0.0.1:0", "--listen", "[::1]:0", "--listen", f"unix:{path}") as running:
        yield running


def trusting(authority, **settings):
    context = ssl.create_default_context(cafile=str(authority.cert))
    for name, value in settings.items():
        setattr(context, name, value)
    return context


@contextlib.contextmanager
def secured(server, context):
    """A connection with TLS, as one of rest's."""
    with context.wrap_socket(rest.connect(server), server_hostname="localhost") as sock:
        yield rest.Wire(sock)


def serial(wire):
    return int(wire.sock.getpeercert()["serialNumber"], 16)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_both_versions_speak_http(server, authority, version):
    context = trusting(authority, minimum_version=version, maximum_version=version)
    context.set_alpn_protocols(["h2", "http/1.1"])
    with secured(server, context) as wire:
        assert wire.sock.selected_alpn_protocol() == "http/1.1"
        for i in range(3):
            assert wire.ask("POST", "/v1/acquire", {"key": f"{version.name}/{i}"}).status == 200
        assert wire.ask("GET", "/healthz", headers={"Connection": "close"}).status == 200
        assert wire.read() is None


def test_what_is_too_old_or_no_http_1_1_is_refused(server, authority):
    old = trusting(authority)
    old.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    other = trusting(authority)
    other.set_alpn_protocols(["h2"])
    for context in (old, other):
        with pytest.raises(ssl.SSLError), secured(server, context):
            pass


def test_a_pipeline_larger_than_any_buffer(server, authority):
    """Replies that the client does not take yet make the server wait for it, and nothing is lost or mixed up."""
    with secured(server, trusting(authority)) as wire:
        big = {"key": "big", "ttl_ms": -1, "metadata": {"x": "y" * 4000}}
        assert wire.ask("POST", "/v1/acquire", big).status == 200
        pair = rest.request("GET", "/v1/locks/big") + rest.request("GET", "/healthz")
        for piece in (pair * 1000, pair[:-10], pair[-10:]):
            wire.send(piece)
        for _ in range(1001):
            assert len(wire.read().json["holders"][0]["metadata"]["x"]) == 4000
            assert wire.read().json["status"] == "ok"
        body = b'{"key":"large/body"' + b" " * 900_000 + b"}"
        assert wire.ask("POST", "/v1/acquire", body).status == 200


def test_a_client_that_hangs_up_leaves_the_queue(server, authority):
    with secured(server, trusting(authority)) as look:
        length = lambda: look.ask("GET", "/v1/locks/queue").json["queue_length"]
        assert look.ask("POST", "/v1/acquire", {"key": "queue"}).status == 200
        with secured(server, trusting(authority)) as waiter:
            waiter.send(rest.request("POST", "/v1/acquire", {"key": "queue", "wait_ms": -1}))
            rest.eventually(lambda: length() == 1, "it waits")
        rest.eventually(lambda: length() == 0, "it has left")


def test_a_request_whose_client_has_gone_before_it_was_read_takes_nothing(server, authority):
    with secured(server, trusting(authority)) as look, secured(server, trusting(authority)) as hasty:
        assert hasty.ask("GET", "/healthz").status == 200
        server.process.send_signal(signal.SIGSTOP)
        try:
            hasty.send(rest.request("POST", "/v1/acquire", {"key": "hasty"}))
            hasty.sock.settimeout(0.2)
            with contextlib.suppress(TimeoutError, ssl.SSLError):
                hasty.sock.unwrap()  # says goodbye, and waits in vain for the same
            hasty.sock.close()
        finally:
            server.process.send_signal(signal.SIGCONT)
        rest.eventually(lambda: look.ask("GET", "/v1/status").json["counts"]["connections"] == 1, "it is gone")
        assert look.ask("GET", "/v1/locks/hasty").json["state"] == "free"


def test_a_stream_of_events(server, authority):
    """Many watchers' worth of bytes on one stream, sent while the connection is read all the time."""
    with secured(server, trusting(authority)) as watcher, secured(server, trusting(authority)) as other:
        watcher.send(rest.request("GET", "/v1/watch?prefix=stream/"))
        seen = b""
        while b"\r\n\r\n" not in seen:
            seen += watcher.sock.recv(65536)
        for i in range(300):
            body = {"key": f"stream/{i}", "metadata": {"x": "y" * 4000}}
            assert other.ask("POST", "/v1/acquire", body).status == 200
        while b'"stream/299"' not in seen:
            seen += watcher.sock.recv(65536)
        assert [seen.count(b'"stream/%d"' % i) for i in range(300)] == [1] * 300


def test_plain_http_is_told_so(server):
    with rest.wire(server) as wire:
        wire.send(rest.request("GET", "/healthz"))
        reply = wire.read()
        assert (reply.status, reply.code) == (400, "invalid_argument") and "https" in reply.json["detail"]


def test_noise_and_silence_end_in_time(server):
    with rest.wire(server) as noise, rest.wire(server) as silence:
        noise.send(b"\x00\x01noise that is neither" * 10)
        with contextlib.suppress(ConnectionError):
            while noise.sock.recv(4096):
                pass
        began = time.monotonic()
        with contextlib.suppress(ConnectionError):
            assert silence.sock.recv(1) == b""
        assert time.monotonic() - began >= 3


def test_the_commands_speak_it(server, authority, tmp_path):
    ca = {"HOLDFAST_CA": str(authority.cert)}
    v4, v6, local = server.addresses
    for url in (v4, v6, v4.replace("127.0.0.1", "localhost")):
        holdfast = Holdfast(url, tmp_path)
        assert holdfast("run", f"cli/{url[-9:]}", "--", "true", env=ca).code == OK
    assert Holdfast(local, tmp_path)("status").code == OK
    assert '"leader":"' + v4 in Holdfast(v4, tmp_path)("status", "--json", env=ca).out
    failed = Holdfast(v4, tmp_path)("status")
    assert failed.code == UNREACHABLE and "certificate" in failed.err.lower()
    assert Holdfast(v4.replace("https", "http"), tmp_path)("status").code != OK


def test_client_certificates(authority, files, tmp_path):
    stranger = Authority(tmp_path, "stranger").sign("client", "basicConstraints=CA:FALSE")
    cert, key = authority.sign("client", "extendedKeyUsage=clientAuth")
    with serving(*flags(files), "--tls-client-ca", authority.cert, "--metrics-listen", "127.0.0.1:0") as server:
        for where in (server, server.probes()):
            known = trusting(authority)
            known.load_cert_chain(cert, key)
            with secured(where, known) as wire:
                assert wire.ask("GET", "/healthz").status == 200
            unknown = trusting(authority)
            unknown.load_cert_chain(*stranger)
            for context in (trusting(authority), unknown):
                with pytest.raises((ssl.SSLError, ConnectionError)), secured(where, context) as wire:
                    wire.ask("GET", "/healthz")
                    assert wire.read() is not None
        holdfast = Holdfast(server.url, tmp_path)
        env = {"HOLDFAST_CA": str(authority.cert), "HOLDFAST_CERT": str(cert), "HOLDFAST_CERT_KEY": str(key)}
        assert holdfast("run", "k", "--", "true", env=env).code == OK
        assert holdfast("status", env={"HOLDFAST_CA": str(authority.cert)}).code == UNREACHABLE


def test_hangup_takes_a_new_certificate_and_keeps_connections(authority):
    files = authority.sign("changing")
    with serving(*flags(files)) as server:
        with secured(server, trusting(authority)) as before:
            first = serial(before)
            authority.sign("changing")
            server.signal_and_wait(signal.SIGHUP, "reloaded")
            assert before.ask("GET", "/healthz").status == 200
            with secured(server, trusting(authority)) as after:
                assert serial(after) == first + 1
            pathlib.Path(files[0]).write_text("no certificate")
            said = server.signal_and_wait(signal.SIGHUP, "reloaded")
            assert "the certificate in use stays" in said and str(files[0]) in said
            with secured(server, trusting(authority)) as still:
                assert serial(still) == first + 1
            assert before.ask("GET", "/healthz").status == 200


def test_files_that_cannot_be_used_are_named(authority, files, tmp_path):
    cert, key = files
    _, other = authority.sign("other")
    locked, text = tmp_path / "locked.key", tmp_path / "text"
    openssl("ec", "-in", key, "-aes128", "-passout", "pass:secret", "-out", locked)
    text.write_text("dear")
    for arguments, bad in ((("--tls-cert", tmp_path / "none", "--tls-key", key), tmp_path / "none"),
                           (("--tls-cert", text, "--tls-key", key), text), (("--tls-cert", cert, "--tls-key", text), text),
                           (("--tls-cert", cert, "--tls-key", other), other),
                           (("--tls-cert", cert, "--tls-key", locked), locked),
                           ((*flags(files), "--tls-client-ca", text), text)):
        for extra in ([], ["--check-config"]):
            code, _, err = run_serve("--journal", "memory:", "--listen", "127.0.0.1:0", *arguments, *extra)
            assert code == USAGE and str(bad) in err, err
