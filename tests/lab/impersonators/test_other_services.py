"""Scripts of exchanges with everything but S3."""

from __future__ import annotations

import hashlib
import json
from urllib.parse import quote

import pytest

from simulator.lab.exchange import Request, Response, request
from simulator.lab.impersonators import Cloud
from simulator.lab.impersonators.drive import Drive
from simulator.lab.impersonators.dropbox import Dropbox, content_hash
from simulator.lab.impersonators.git import FLUSH, GitHub, packet
from simulator.lab.impersonators.mega import ENOENT, ESID, Mega
from simulator.lab.impersonators.restic_server import ResticServer
from simulator.lab.impersonators.sharing import FileSharing
from simulator.lab.impersonators.telegram import Telegram
from simulator.lab.impersonators.tunnels import DevTunnels
from simulator.lab.impersonators.web import Web
from simulator.lab.impersonators.webdav import WebDav

BOT = "https://api.telegram.org/bot1234567890:" + "A" * 35
FORM = 'multipart/form-data; boundary="b"'


def form(**fields: str | tuple[str, bytes]) -> bytes:
    made = b""
    for name, value in fields.items():
        file = "" if isinstance(value, str) else f'; filename="{value[0]}"'
        content = value.encode() if isinstance(value, str) else value[1]
        made += f'--b\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode() + content + b"\r\n"
    return made + b"--b--\r\n"


def said(response: Response) -> object:
    return json.loads(response.body)


def test_a_bot_sends_a_document_and_a_message() -> None:
    telegram = Telegram()
    me = said(telegram.answer(request("GET", f"{BOT}/getMe")))
    assert me["ok"]
    assert me["result"]["id"] == 1234567890
    body = form(chat_id="42", caption="all", document=("a.zip", b"PK\3\4"))
    sent = said(telegram.answer(request("POST", f"{BOT}/sendDocument", body, content_type=FORM)))
    assert sent["result"]["document"]["file_size"] == 4
    assert telegram.received == [("a.zip", 4)]
    json_body = json.dumps({"chat_id": 42, "text": "done"})
    message = said(telegram.answer(request("POST", f"{BOT}/sendMessage", json_body, content_type="application/json")))
    assert message["result"]["message_id"] == 2
    assert said(telegram.answer(request("GET", f"{BOT}/getUpdates")))["result"] == []


@pytest.mark.parametrize(
    ("url", "body", "status"),
    [
        (f"{BOT}/noSuchMethod", b"", 404),
        ("https://api.telegram.org/bot12:short/getMe", b"", 401),
        ("https://api.telegram.org/", b"", 404),
        (f"{BOT}/sendMessage?text=x", b"", 400),
        (f"{BOT}/sendMessage?chat_id=1", b"", 400),
        (f"{BOT}/sendDocument", form(chat_id="1"), 400),
        (f"{BOT}/sendDocument", form(chat_id="1", document=("x", b"0" * 50_000_001)), 413),
    ],
    ids=["no method", "no token", "no bot", "no chat", "no text", "no file", "too large"],
)
def test_what_telegram_refuses(url: str, body: bytes, status: int) -> None:
    answer = Telegram().answer(request("POST", url, body, content_type=FORM))
    assert (answer.status, said(answer)["ok"]) == (status, False)


def test_webdav_makes_folders_before_files() -> None:
    dav, at = WebDav(), "https://dav.example.org"
    assert "PROPFIND" in dict(dav.answer(request("OPTIONS", f"{at}/")).headers)["Allow"]
    assert dav.answer(request("PROPFIND", f"{at}/backup", depth="1")).status == 404
    assert dav.answer(request("PUT", f"{at}/backup/a%20b.txt", b"x")).status == 409
    assert dav.answer(request("MKCOL", f"{at}/backup/")).status == 201
    assert dav.answer(request("MKCOL", f"{at}/backup/")).status == 405
    assert dav.answer(request("MKCOL", f"{at}/no/where")).status == 409
    assert dav.answer(request("PUT", f"{at}/backup/a%20b.txt", b"hello", time=1_700_000_000)).status == 201
    assert dav.answer(request("PUT", f"{at}/backup/a%20b.txt", b"hello", time=1_700_000_000)).status == 204
    listing = dav.answer(request("PROPFIND", f"{at}/backup", depth="1")).body.decode()
    assert "<D:href>/backup/a%20b.txt</D:href>" in listing
    assert "<D:getcontentlength>5</D:getcontentlength>" in listing
    assert "Tue, 14 Nov 2023 22:13:20 GMT" in listing
    moved = dav.answer(request("MOVE", f"{at}/backup", destination=f"{at}/old"))
    assert moved.status == 201
    assert dav.answer(request("GET", f"{at}/old/a%20b.txt")).body == b"hello"
    assert dav.answer(request("DELETE", f"{at}/old")).status == 204
    assert dav.answer(request("GET", f"{at}/old/a%20b.txt")).status == 404
    assert b"opaquelocktoken" in dav.answer(request("LOCK", f"{at}/x")).body


@pytest.mark.parametrize(
    ("method", "url", "body", "expected"),
    [
        ("PUT", "https://transfer.sh/a.7z", b"x", "https://transfer.sh/"),
        ("POST", "https://file.io/", form(file=("a.7z", b"x")), '"success": true'),
        ("POST", "https://0x0.st/", form(file=("a.7z", b"x")), ".7z"),
        ("POST", "https://temp.sh/upload", form(file=("a.7z", b"x")), "https://temp.sh/"),
        ("POST", "https://store4.gofile.io/uploadFile", form(file=("a.7z", b"x")), '"status": "ok"'),
        ("POST", "https://filebin.net/bin/a.7z", b"x", '"bytes": 1'),
    ],
)
def test_sharing_sites_answer_with_a_link(method: str, url: str, body: bytes, expected: str) -> None:
    sites = FileSharing()
    assert expected in sites.answer(request(method, url, body, content_type=FORM)).body.decode()
    assert [(one.name, one.content) for one in sites.uploads] == [("a.7z", b"x")]
    upload = sites.uploads[0]
    assert sites.answer(request("GET", f"https://{upload.site}/{upload.key}/a.7z")).body == b"x"


def test_dropbox_takes_a_file_whole_and_in_a_session() -> None:
    box = Dropbox()

    def call(name: str, argument: object, body: bytes | None = None) -> Response:
        where = "content" if body is not None else "api"
        url = f"https://{where}.dropboxapi.com/2/{name}"
        if body is None:
            return box.answer(request("POST", url, json.dumps(argument)))
        return box.answer(request("POST", url, body, dropbox_api_arg=json.dumps(argument)))

    missing = call("files/get_metadata", {"path": "/Docs/a.txt"})
    assert (missing.status, said(missing)["error_summary"]) == (409, "path/not_found/..")
    assert said(call("files/upload", {"path": "/Docs/a.txt"}, b"hello"))["content_hash"] == content_hash(b"hello")
    names = [entry["name"] for entry in said(call("files/list_folder", {"path": "/docs"}))["entries"]]
    assert names == ["a.txt"]
    session = said(call("files/upload_session/start", {}, b"abc"))["session_id"]
    cursor = {"session_id": session, "offset": 3}
    wrong = call("files/upload_session/append_v2", {"cursor": cursor | {"offset": 9}}, b"d")
    assert said(wrong)["error"]["correct_offset"] == 3
    assert call("files/upload_session/append_v2", {"cursor": cursor}, b"de").status == 200
    entry = {"cursor": {"session_id": session, "offset": 5}, "commit": {"path": "/b.bin"}}
    batch = said(call("files/upload_session/finish_batch", {"entries": [entry, entry]}))
    assert [one[".tag"] for one in batch["entries"]] == ["success", "failure"]
    assert box.contents["/b.bin"] == b"abcde"
    assert call("files/download", {"path": "/b.bin"}, b"").body == b"abcde"
    assert call("files/delete_v2", {"path": "/Docs"}).status == 200
    assert call("files/get_metadata", {"path": "/Docs/a.txt"}).status == 409
    assert call("files/nothing", {}).status == 400


def test_content_hash_is_of_blocks() -> None:
    """Of the empty file, as Dropbox documents it: the hash of nothing."""
    assert content_hash(b"") == hashlib.sha256(b"").hexdigest()
    both = hashlib.sha256(b"a" * (4 << 20)).digest() + hashlib.sha256(b"a").digest()
    assert content_hash(b"a" * ((4 << 20) + 1)) == hashlib.sha256(both).hexdigest()


def test_drive_takes_a_file_at_once_and_piece_by_piece() -> None:
    drive, at = Drive(), "https://www.googleapis.com"
    assert "access_token" in said(drive.answer(request("POST", "https://oauth2.googleapis.com/token")))
    folder = said(drive.answer(request("POST", f"{at}/drive/v3/files", '{"name": "Loot", "parents": ["root"]}')))
    related = (
        b'--b\r\nContent-Type: application/json\r\n\r\n{"name": "a.txt", "parents": ["'
        + folder["id"].encode()
        + b'"]}\r\n--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b--'
    )
    whole = drive.answer(
        request(
            "POST",
            f"{at}/upload/drive/v3/files?uploadType=multipart",
            related,
            content_type="multipart/related; boundary=b",
        )
    )
    assert said(whole)["md5Checksum"] == hashlib.md5(b"hello").hexdigest()
    query = quote(f"'{folder['id']}' in parents and trashed=false")
    assert len(said(drive.answer(request("GET", f"{at}/drive/v3/files?q={query}")))["files"]) == 1
    begun = drive.answer(request("POST", f"{at}/upload/drive/v3/files?uploadType=resumable", '{"name": "b"}'))
    where = dict(begun.headers)["Location"]
    first = drive.answer(request("PUT", where, b"abc", content_range="bytes 0-2/5"))
    assert (first.status, dict(first.headers)["Range"]) == (308, "bytes=0-2")
    last = said(drive.answer(request("PUT", where, b"de", content_range="bytes 3-4/5")))
    assert last["size"] == "5"
    assert drive.answer(request("GET", f"{at}/drive/v3/files/{last['id']}?alt=media")).body == b"abcde"
    assert drive.answer(request("DELETE", f"{at}/drive/v3/files/{last['id']}")).status == 204
    assert drive.answer(request("GET", f"{at}/drive/v3/files/{last['id']}")).status == 404
    assert drive.answer(request("POST", f"{at}/upload/drive/v3/files?uploadType=multipart", b"?")).status == 400


def test_mega_refuses_log_ins_as_mega_does() -> None:
    mega = Mega()
    url = "https://g.api.mega.co.nz/cs?id=1"
    assert said(mega.answer(request("POST", url, '[{"a": "us0", "user": "x@example.org"}]'))) == [{"v": 1}]
    assert said(mega.answer(request("POST", url, '[{"a": "us"}, {"a": "f"}]'))) == [ENOENT, ESID]
    assert said(mega.answer(request("POST", url, "nonsense"))) == -2
    assert mega.commands == ["us0", "us", "f"]


def test_a_push_with_large_files() -> None:
    hub, at = GitHub(), "https://github.com/acme/site.git"
    refs = hub.answer(request("GET", f"{at}/info/refs?service=git-receive-pack"))
    assert refs.body.startswith(b"001f# service=git-receive-pack\n0000")
    assert b"capabilities^{}\0report-status" in refs.body
    key = hashlib.sha256(b"large").hexdigest()
    batch = json.dumps({"operation": "upload", "objects": [{"oid": key, "size": 5}]})
    action = said(hub.answer(request("POST", f"{at}/info/lfs/objects/batch", batch)))["objects"][0]
    href = action["actions"]["upload"]["href"]
    assert hub.answer(request("PUT", href, b"other")).status == 400
    assert hub.answer(request("PUT", href, b"large")).status == 200
    again = said(hub.answer(request("POST", f"{at}/info/lfs/objects/batch", batch)))["objects"][0]
    assert "actions" not in again
    assert hub.answer(request("POST", f"{at}/info/lfs/locks/verify", "{}")).status == 200
    old, new = "0" * 40, "1" * 40
    push = packet(f"{old} {new} refs/heads/main\0 report-status") + FLUSH + b"PACK...."
    report = hub.answer(request("POST", f"{at}/git-receive-pack", push))
    assert report.body == packet("unpack ok\n") + packet("ok refs/heads/main\n") + FLUSH
    repository = hub.repositories["acme/site"]
    assert (repository.refs, repository.packs) == ({"refs/heads/main": new}, [b"PACK...."])
    assert (
        f"{new} refs/heads/main".encode() in hub.answer(request("GET", f"{at}/info/refs?service=git-upload-pack")).body
    )
    assert hub.answer(request("POST", f"{at}/git-upload-pack", b"")).status == 501
    gone = packet(f"{new} {old} refs/heads/main\0 report-status") + FLUSH
    hub.answer(request("POST", f"{at}/git-receive-pack", gone))
    assert repository.refs == {}
    assert hub.answer(request("PUT", "https://api.github.com/repos/a/b/contents/x", "{}")).status == 201
    assert hub.answer(request("POST", "https://api.github.com/gists", "{}")).status == 201
    assert hub.answer(request("GET", "https://github.com/acme")).status == 404


def test_restic_server_keeps_blobs() -> None:
    server, at = ResticServer(), "http://192.0.2.7:8000/host"
    assert server.answer(request("HEAD", f"{at}/config")).status == 404
    assert server.answer(request("POST", f"{at}/?create=true")).status == 200
    assert server.answer(request("POST", f"{at}/keys/ab", b"key")).status == 200
    assert server.answer(request("POST", f"{at}/config", b"conf")).status == 200
    assert said(server.answer(request("GET", f"{at}/keys/"))) == ["ab"]
    second = server.answer(request("GET", f"{at}/keys/", accept="application/vnd.x.restic.rest.v2"))
    assert said(second) == [{"name": "ab", "size": 3}]
    assert server.answer(request("GET", f"{at}/keys/ab", range="bytes=1-")).body == b"ey"
    assert server.answer(request("DELETE", f"{at}/keys/ab")).status == 200
    assert said(server.answer(request("GET", f"{at}/keys/"))) == []


def test_tunnels_are_registered_and_what_comes_is_dropped() -> None:
    tunnels, at = DevTunnels(), "https://euw.rel.tunnels.api.visualstudio.com"
    made = tunnels.answer(request("PUT", f"{at}/tunnels/abc123", "{}"))
    assert (made.status, said(made)["tunnelId"]) == (201, "abc123")
    assert said(tunnels.answer(request("GET", f"{at}/tunnels/abc123")))["clusterId"] == "euw"
    assert tunnels.answer(request("GET", f"{at}/tunnels/other")).status == 404
    assert tunnels.answer(request("GET", "https://x.devtunnels.ms/", upgrade="websocket")).status == 503
    assert tunnels.answer(request("POST", "https://x-8080.euw.devtunnels.ms/", b"12345")).status == 200
    assert tunnels.dropped == 2 + 5


def test_any_other_web_service() -> None:
    web = Web()
    assert web.answer(request("POST", "https://hooks.slack.com/services/T/B/x", "{}")).body == b"ok"
    assert web.answer(request("PUT", "https://nexus.example.org/a.jar", b"1")).status == 201
    assert web.answer(request("PUT", "https://nexus.example.org/a.jar", b"1")).status == 204
    assert web.answer(request("GET", "https://nexus.example.org/a.jar")).body == b"1"
    assert web.answer(request("GET", "https://nexus.example.org/b.jar")).status == 404


@pytest.mark.parametrize(
    ("host", "service"),
    [
        ("api.telegram.org", "telegram"),
        ("files.s3.eu-central-1.amazonaws.com", "s3"),
        ("github-cloud.s3.amazonaws.com", "github"),
        ("store4.gofile.io", "file-sharing"),
        ("gfs270n101.userstorage.mega.co.nz", "mega"),
        ("abc-8080.euw.devtunnels.ms", "dev-tunnels"),
        ("Content.DropboxAPI.com.", "dropbox"),
        ("dav.example.org", "webdav"),
        ("example.org", None),
        ("evil-transfer.sh", None),
    ],
)
def test_who_answers_for_a_name(host: str, service: str | None) -> None:
    assert Cloud({"dav.example.*": "webdav"}).service_of(host) == service


def test_unknown_names_get_a_plain_refusal() -> None:
    answer = Cloud().answer(request("GET", "https://example.org/"))
    assert (answer.status, b"no such service: example.org" in answer.body) == (404, True)


def test_the_cloud_remembers_across_requests() -> None:
    cloud = Cloud()
    cloud.answer(request("PUT", "https://b.s3.eu-central-1.amazonaws.com/x", b"1"))
    assert cloud.answer(request("HEAD", "https://s3.eu-central-1.amazonaws.com/b/x")).status == 200


def test_no_request_crashes_a_service() -> None:
    """Whatever a tool sends, it gets an answer."""
    cloud = Cloud({name: name for name in ("webdav", "restic-server", "web")})
    hosts = ("api.telegram.org", "x.s3.amazonaws.com", "github.com", "api.dropboxapi.com", "www.googleapis.com")
    hosts += ("g.api.mega.co.nz", "file.io", "x.devtunnels.ms", "webdav", "restic-server", "web")
    for host in hosts:
        for method in ("GET", "PUT", "POST", "DELETE", "PROPFIND", "BREW"):
            for path in ("/", "/a/b", "/%00%ff", "/2/files/upload"):
                body = b"\x00\xff{"
                asked = Request(method, host, path, (("uploadId", "x"), ("q", "'"), ("service", "?")), {}, body)
                assert 200 <= cloud.answer(asked).status < 600, (host, method, path)
