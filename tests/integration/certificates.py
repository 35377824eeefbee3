"""Certificates for tests, made by openssl."""

import subprocess


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, stdin=subprocess.DEVNULL, capture_output=True)


class Authority:
    """A certificate authority in a directory of its own, and what it signs."""

    def __init__(self, directory, name="authority"):
        self.directory, self.cert, self.key = directory, directory / f"{name}.pem", directory / f"{name}.key"
        self.serial = 0
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", 2,
                "-subj", f"/CN={name}", "-keyout", self.key, "-out", self.cert)

    def sign(self, name, extensions="subjectAltName=IP:127.0.0.1,IP:::1,DNS:localhost"):
        """(certificate, key): files named so; signed again, they are others of the same names."""
        self.serial += 1
        cert, key, request = (self.directory / f"{name}.{suffix}" for suffix in ("pem", "key", "csr"))
        extra = self.directory / "extensions"
        extra.write_text(extensions)
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
                "-keyout", key, "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", self.cert, "-CAkey", self.key, "-days", 2,
                "-set_serial", self.serial, "-extfile", extra, "-out", cert)
        return cert, key
