"""Packages at an https address, served by a real server with a certificate of its own."""

from __future__ import annotations

import json
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path

import pytest

from resopen.cli import main

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl to make a certificate")
SCHEMA = {"fields": [{"name": "a", "type": "integer"}]}


class Handler(SimpleHTTPRequestHandler):
    """Serves a folder, and leads one address on to plain http."""

    def do_GET(self) -> None:
        if self.path == "/moved.json":
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1:9/datapackage.json")
            self.end_headers()
        else:
            super().do_GET()

    def log_message(self, *arguments: object) -> None:
        """Print nothing."""


@pytest.fixture
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    key, certificate, site = tmp_path / "key.pem", tmp_path / "certificate.pem", tmp_path / "site"
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", str(key)]
    subprocess.run([*made, "-out", str(certificate), *subject], check=True, capture_output=True)
    site.mkdir()
    (site / "table.csv").write_text("a\n1\nx\n", "utf-8")
    node = {"name": "table", "path": "table.csv", "schema": SCHEMA}
    (site / "datapackage.json").write_text(json.dumps({"name": "remote", "resources": [node]}), "utf-8")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with HTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(site))) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"https://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.mark.parametrize("place", ["datapackage.json", "table.csv"])
def test_address_is_judged_where_it_is_allowed(
    place: str, address: str, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    code = main(["validate", f"{address}/{place}", "--allow-remote", "--format", "json", "--lang", "en"])
    report = json.loads(capfdbinary.readouterr().out)
    assert (code, report["tables"][0]["rows"]) == (int(place == "datapackage.json"), 2)
    assert report["tables"][0]["file"] == f"{address}/table.csv"
    assert [(issue["rule"], issue["row"]) for issue in report["issues"]] == [("type", 3)] * code


def test_address_is_refused_unless_it_is_allowed(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", f"{address}/datapackage.json", "--lang", "en"]) == 2
    assert "--allow-remote" in capsys.readouterr().err


@pytest.mark.parametrize("place", ["nothing.json", "moved.json"])
def test_address_that_is_not_there_or_leads_to_plain_http_is_said(
    place: str, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["validate", f"{address}/{place}", "--allow-remote", "--lang", "en"]) == 2
    expected = address if place == "nothing.json" else "http://127.0.0.1:9/datapackage.json: "
    assert expected in capsys.readouterr().err


def test_path_of_a_descriptor_is_an_address_only_where_it_is_allowed(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    node = {"name": "table", "path": f"{address}/table.csv", "schema": SCHEMA}
    (tmp_path / "datapackage.json").write_text(json.dumps({"name": "remote", "resources": [node]}), "utf-8")
    assert main(["validate", str(tmp_path), "--lang", "en"]) == 2
    assert "--allow-remote" in capsys.readouterr().err
    assert main(["validate", str(tmp_path), "--allow-remote", "--lang", "en"]) == 1
    assert "row 3" in capsys.readouterr().out
