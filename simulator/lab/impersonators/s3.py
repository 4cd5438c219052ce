"""S3's REST interface: buckets, objects, listings, multipart uploads; path style and virtual host style.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/ (operations, errors, ETag of a multipart upload), and for
bodies in `aws-chunked` encoding https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html. Signatures are
not checked: everybody is let in.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from time import gmtime, strftime
from typing import Final
from urllib.parse import quote, unquote
from xml.sax.saxutils import escape

from simulator.lab.exchange import Headers, Request, Response, as_xml, ranged

_HOST: Final = re.compile(
    r"(?:(?P<bucket>.+)\.)?s3(?:-fips|-accelerate)?[.-](?:dualstack\.)?(?:(?P<region>[a-z0-9-]+)\.)?amazonaws\.com"
)
_NAMESPACE: Final = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
_KEPT: Final = ("content-type", "content-encoding", "cache-control", "content-disposition")
_MOST_KEYS: Final = 1000


@dataclass(frozen=True, slots=True)
class Stored:
    """An object in a bucket."""

    body: bytes
    etag: str
    time: float
    headers: Headers


@dataclass(slots=True)
class Upload:
    """A multipart upload that is not complete."""

    bucket: str
    key: str
    headers: Headers
    parts: dict[int, Stored] = field(default_factory=dict)


@dataclass(slots=True)
class S3:
    """Buckets and what is in them. A bucket is there from the first time it is named, unless `strict`."""

    strict: bool = False
    buckets: dict[str, dict[str, Stored]] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)

    def answer(self, request: Request) -> Response:
        """One operation, or the error that S3 would give."""
        bucket, key = _place(request)
        marks = _marks(request)
        if not bucket:
            return _with(self._list_buckets(), marks)
        if bucket not in self.buckets and not (request.method == "PUT" and not key):
            if self.strict:
                return _with(_error(404, "NoSuchBucket", bucket, request), marks)
            self.buckets[bucket] = {}
        made = self._object(request, bucket, key) if key else self._bucket(request, bucket)
        return _with(made, marks)

    def _list_buckets(self) -> Response:
        inside = "".join(f"<Bucket><Name>{escape(one)}</Name></Bucket>" for one in sorted(self.buckets))
        return as_xml(f"<ListAllMyBucketsResult {_NAMESPACE}><Buckets>{inside}</Buckets></ListAllMyBucketsResult>")

    def _bucket(self, request: Request, bucket: str) -> Response:
        match request.method:
            case "PUT":
                self.buckets.setdefault(bucket, {})
                return Response(200, headers=(("Location", f"/{bucket}"),))
            case "HEAD":
                return Response(200)
            case "DELETE":
                self.buckets.pop(bucket, None)
                return Response(204)
            case "POST" if request.asks("delete"):
                return self._delete_many(request, bucket)
            case "GET" if request.asks("location"):
                region = _HOST.fullmatch(request.host)
                name = region["region"] if region and region["region"] else ""
                return as_xml(f"<LocationConstraint {_NAMESPACE}>{name}</LocationConstraint>")
            case "GET" if request.asks("versioning"):
                return as_xml(f"<VersioningConfiguration {_NAMESPACE}/>")
            case "GET" if request.asks("uploads"):
                return as_xml(
                    f"<ListMultipartUploadsResult {_NAMESPACE}><Bucket>{bucket}</Bucket></ListMultipartUploadsResult>"
                )
            case "GET":
                return self._list(request, bucket)
            case _:
                return _error(405, "MethodNotAllowed", bucket, request)

    def _list(self, request: Request, bucket: str) -> Response:
        """ListObjects, version 1 and 2."""
        second = request.parameter("list-type") == "2"
        prefix, delimiter = request.parameter("prefix"), request.parameter("delimiter")
        after = request.parameter("continuation-token") or request.parameter("start-after") if second else ""
        after = after or request.parameter("marker")
        most = min(int(request.parameter("max-keys") or _MOST_KEYS), _MOST_KEYS)
        shown: dict[str, Stored | None] = {}
        for key, stored in sorted(self.buckets[bucket].items()):
            rest = key.removeprefix(prefix)
            if not key.startswith(prefix) or key <= after:
                continue
            folder = prefix + rest.split(delimiter)[0] + delimiter if delimiter and delimiter in rest else None
            if folder is None:
                shown[key] = stored
            elif folder > after:
                shown[folder] = None
        page, more = list(shown.items())[:most], len(shown) > most
        code = (lambda text: quote(text, safe="/")) if request.parameter("encoding-type") == "url" else escape
        contents = "".join(
            f"<Contents><Key>{code(key)}</Key><LastModified>{_iso(stored.time)}</LastModified><ETag>&quot;{stored.etag}&quot;"
            f"</ETag><Size>{len(stored.body)}</Size><StorageClass>STANDARD</StorageClass></Contents>"
            for key, stored in page
            if stored is not None
        )
        folders = "".join(
            f"<CommonPrefixes><Prefix>{code(key)}</Prefix></CommonPrefixes>" for key, one in page if one is None
        )
        last = code(page[-1][0]) if more and page else ""
        onwards = (
            f"<NextContinuationToken>{last}</NextContinuationToken>" if second else f"<NextMarker>{last}</NextMarker>"
        )
        count = f"<KeyCount>{len(page)}</KeyCount>" if second else ""
        encoded = "<EncodingType>url</EncodingType>" if request.parameter("encoding-type") == "url" else ""
        return as_xml(
            f"<ListBucketResult {_NAMESPACE}><Name>{escape(bucket)}</Name><Prefix>{code(prefix)}</Prefix>"
            f"<Delimiter>{code(delimiter)}</Delimiter>{encoded}{count}<MaxKeys>{most}</MaxKeys>"
            f"<IsTruncated>{str(more).lower()}</IsTruncated>{onwards if more else ''}{contents}{folders}"
            "</ListBucketResult>"
        )

    def _delete_many(self, request: Request, bucket: str) -> Response:
        keys = re.findall(r"<Key>(.*?)</Key>", request.body.decode("utf-8", "replace"), re.DOTALL)
        for key in keys:
            self.buckets[bucket].pop(_unescape(key), None)
        gone = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)
        return as_xml(f"<DeleteResult {_NAMESPACE}>{gone}</DeleteResult>")

    def _object(self, request: Request, bucket: str, key: str) -> Response:
        match request.method:
            case "POST" if request.asks("uploads"):
                number = hashlib.sha256(f"{bucket}/{key}/{len(self.uploads)}".encode()).hexdigest()[:36]
                self.uploads[number] = Upload(bucket, key, _metadata(request.headers))
                return as_xml(
                    f"<InitiateMultipartUploadResult {_NAMESPACE}><Bucket>{escape(bucket)}</Bucket>"
                    f"<Key>{escape(key)}</Key><UploadId>{number}</UploadId></InitiateMultipartUploadResult>"
                )
            case "PUT" if request.asks("uploadId"):
                return self._part(request)
            case "POST" if request.asks("uploadId"):
                return self._complete(request)
            case "DELETE" if request.asks("uploadId"):
                self.uploads.pop(request.parameter("uploadId"), None)
                return Response(204)
            case "PUT" if source := request.header("x-amz-copy-source"):
                return self._copy(request, bucket, key, source)
            case "PUT":
                return self._put(request, bucket, key)
            case "GET" | "HEAD":
                stored = self.buckets[bucket].get(key)
                return _error(404, "NoSuchKey", key, request) if stored is None else _got(request, stored)
            case "DELETE":
                self.buckets[bucket].pop(key, None)
                return Response(204)
            case _:
                return _error(405, "MethodNotAllowed", key, request)

    def _put(self, request: Request, bucket: str, key: str) -> Response:
        body = _payload(request)
        if not _intact(request, body):
            return _error(400, "BadDigest", key, request)
        stored = Stored(body, hashlib.md5(body).hexdigest(), request.time, _metadata(request.headers))  # noqa: S324
        self.buckets[bucket][key] = stored
        return Response(200, headers=(("ETag", f'"{stored.etag}"'),))

    def _copy(self, request: Request, bucket: str, key: str, source: str) -> Response:
        other, _, old = unquote(source).lstrip("/").partition("/")
        stored = self.buckets.get(other, {}).get(old)
        if stored is None:
            return _error(404, "NoSuchKey", old, request)
        headers = (
            _metadata(request.headers) if request.header("x-amz-metadata-directive") == "REPLACE" else stored.headers
        )
        self.buckets[bucket][key] = Stored(stored.body, stored.etag, request.time, headers)
        return as_xml(
            f"<CopyObjectResult {_NAMESPACE}><ETag>&quot;{stored.etag}&quot;</ETag>"
            f"<LastModified>{_iso(request.time)}</LastModified></CopyObjectResult>"
        )

    def _part(self, request: Request) -> Response:
        upload = self.uploads.get(request.parameter("uploadId"))
        if upload is None:
            return _error(404, "NoSuchUpload", request.parameter("uploadId"), request)
        body = _payload(request)
        part = Stored(body, hashlib.md5(body).hexdigest(), request.time, ())  # noqa: S324
        upload.parts[int(request.parameter("partNumber", "0"))] = part
        return Response(200, headers=(("ETag", f'"{part.etag}"'),))

    def _complete(self, request: Request) -> Response:
        number = request.parameter("uploadId")
        upload = self.uploads.pop(number, None)
        if upload is None:
            return _error(404, "NoSuchUpload", number, request)
        wanted = [int(one) for one in re.findall(rb"<PartNumber>(\d+)</PartNumber>", request.body)] or sorted(
            upload.parts
        )
        if any(one not in upload.parts for one in wanted):
            self.uploads[number] = upload
            return _error(400, "InvalidPart", number, request)
        parts = [upload.parts[one] for one in wanted]
        digest = hashlib.md5(b"".join(bytes.fromhex(part.etag) for part in parts)).hexdigest()  # noqa: S324
        etag = f"{digest}-{len(parts)}"
        body = b"".join(part.body for part in parts)
        self.buckets[upload.bucket][upload.key] = Stored(body, etag, request.time, upload.headers)
        return as_xml(
            f"<CompleteMultipartUploadResult {_NAMESPACE}><Bucket>{escape(upload.bucket)}</Bucket>"
            f"<Key>{escape(upload.key)}</Key><ETag>&quot;{etag}&quot;</ETag></CompleteMultipartUploadResult>"
        )


def _place(request: Request) -> tuple[str, str]:
    """Bucket and key of a request, in either style."""
    path = request.plain_path.lstrip("/")
    found = _HOST.fullmatch(request.host)
    if found and found["bucket"]:
        return found["bucket"], path
    bucket, _, key = path.partition("/")
    return bucket, key


def _payload(request: Request) -> bytes:
    """The body of an upload, out of its `aws-chunked` wrapping where it has one."""
    chunked = request.header("x-amz-content-sha256").startswith("STREAMING-") or "aws-chunked" in request.header(
        "content-encoding"
    )
    if not chunked:
        return request.body
    made, rest = b"", request.body
    while True:
        head, gap, rest = rest.partition(b"\r\n")
        size = int(head.split(b";")[0] or b"0", 16) if gap else 0
        if not size:
            return made
        made, rest = made + rest[:size], rest[size:].removeprefix(b"\r\n")


def _intact(request: Request, body: bytes) -> bool:
    given = request.header("content-md5")
    return not given or b64decode(given) == hashlib.md5(body).digest()  # noqa: S324


def _metadata(headers: Mapping[str, str]) -> Headers:
    return tuple((name, value) for name, value in headers.items() if name in _KEPT or name.startswith("x-amz-meta-"))


def _got(request: Request, stored: Stored) -> Response:
    headers = (("ETag", f'"{stored.etag}"'), ("Last-Modified", formatdate(stored.time, usegmt=True)), *stored.headers)
    return ranged(stored.body, request.header("range"), headers)


def _marks(request: Request) -> Headers:
    number = hashlib.sha256(f"{request.time}{request.path}{request.query}".encode()).hexdigest().upper()
    return (("x-amz-request-id", number[:16]), ("x-amz-id-2", number[16:]), ("Server", "AmazonS3"))


def _with(response: Response, headers: Headers) -> Response:
    return Response(response.status, response.body, (*headers, *response.headers))


_MESSAGES: Final = {
    "NoSuchKey": "The specified key does not exist.",
    "NoSuchBucket": "The specified bucket does not exist",
    "NoSuchUpload": "The specified multipart upload does not exist.",
    "BadDigest": "The Content-MD5 you specified did not match what we received.",
    "InvalidPart": "One or more of the specified parts could not be found.",
    "MethodNotAllowed": "The specified method is not allowed against this resource.",
}


def _error(status: int, code: str, about: str, request: Request) -> Response:
    if request.method == "HEAD":
        return Response(status)
    text = f"<Code>{code}</Code><Message>{_MESSAGES[code]}</Message><Resource>{escape(about)}</Resource>"
    return as_xml(f"<Error>{text}</Error>", status)


def _iso(time: float) -> str:
    return strftime("%Y-%m-%dT%H:%M:%S.000Z", gmtime(time))


def _unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&amp;", "&")
