"""What S3 clients ask in one go, read from top to bottom."""

from __future__ import annotations

import hashlib
from base64 import b64encode

import pytest

from simulator.lab.exchange import request
from simulator.lab.impersonators.s3 import S3

FILES = "https://files.s3.eu-central-1.amazonaws.com"


def test_a_file_is_there_after_it_was_put() -> None:
    s3 = S3()
    assert s3.answer(request("HEAD", f"{FILES}/a.txt")).status == 404
    digest = b64encode(hashlib.md5(b"hello").digest()).decode()
    put = s3.answer(request("PUT", f"{FILES}/a.txt", b"hello", content_md5=digest, x_amz_meta_mtime="1700000000.5"))
    assert (put.status, dict(put.headers)["ETag"]) == (200, f'"{hashlib.md5(b"hello").hexdigest()}"')
    head = s3.answer(request("HEAD", f"{FILES}/a.txt", time=1_700_000_000))
    assert head.status == 200
    assert dict(head.headers)["x-amz-meta-mtime"] == "1700000000.5"
    got = s3.answer(request("GET", f"{FILES}/a.txt", range="bytes=1-2"))
    assert (got.status, got.body, dict(got.headers)["Content-Range"]) == (206, b"el", "bytes 1-2/5")
    assert s3.answer(request("DELETE", f"{FILES}/a.txt")).status == 204
    assert s3.answer(request("GET", f"{FILES}/a.txt")).status == 404


@pytest.mark.parametrize(
    "url",
    [
        "https://files.s3.eu-central-1.amazonaws.com/x",
        "https://s3.eu-central-1.amazonaws.com/files/x",
        "https://s3.amazonaws.com/files/x",
        "https://files.s3.amazonaws.com/x",
        "https://files.s3.dualstack.eu-central-1.amazonaws.com/x",
        "https://storage.example.org/files/x",
    ],
)
def test_bucket_in_the_path_or_in_the_name(url: str) -> None:
    s3 = S3()
    assert s3.answer(request("PUT", url, b"1")).status == 200
    assert list(s3.buckets["files"]) == ["x"]


def test_a_damaged_upload_is_refused() -> None:
    answer = S3().answer(request("PUT", f"{FILES}/a", b"hello", content_md5=b64encode(b"0" * 16).decode()))
    assert answer.status == 400
    assert b"<Code>BadDigest</Code>" in answer.body


def test_an_upload_in_parts() -> None:
    s3 = S3()
    begun = s3.answer(request("POST", f"{FILES}/big.bin?uploads"))
    number = begun.body.decode().split("<UploadId>")[1].split("<")[0]
    for part, body in ((1, b"a" * 10), (2, b"b" * 5)):
        assert s3.answer(request("PUT", f"{FILES}/big.bin?partNumber={part}&uploadId={number}", body)).status == 200
    assert s3.answer(request("HEAD", f"{FILES}/big.bin")).status == 404
    parts = "".join(f"<Part><PartNumber>{one}</PartNumber></Part>" for one in (1, 2))
    done = s3.answer(request("POST", f"{FILES}/big.bin?uploadId={number}", f"<X>{parts}</X>"))
    assert done.status == 200
    digests = hashlib.md5(b"a" * 10).digest() + hashlib.md5(b"b" * 5).digest()
    assert s3.buckets["files"]["big.bin"].etag == f"{hashlib.md5(digests).hexdigest()}-2"
    assert s3.buckets["files"]["big.bin"].body == b"a" * 10 + b"b" * 5
    assert s3.answer(request("POST", f"{FILES}/big.bin?uploadId={number}")).status == 404


def test_a_part_that_never_came() -> None:
    s3 = S3()
    number = s3.answer(request("POST", f"{FILES}/x?uploads")).body.decode().split("<UploadId>")[1].split("<")[0]
    answer = s3.answer(request("POST", f"{FILES}/x?uploadId={number}", "<PartNumber>7</PartNumber>"))
    assert (answer.status, b"InvalidPart" in answer.body) == (400, True)


def test_listings_have_pages_and_folders() -> None:
    s3 = S3()
    for key in ("a/1", "a/2", "b", "c d&e"):
        s3.answer(request("PUT", f"{FILES}/{key}".replace(" ", "%20"), b"x"))
    page = s3.answer(request("GET", f"{FILES}/?list-type=2&delimiter=/&max-keys=2")).body.decode()
    assert "<CommonPrefixes><Prefix>a/</Prefix>" in page
    assert "<Key>b</Key>" in page
    assert "<IsTruncated>true</IsTruncated><NextContinuationToken>b<" in page
    rest = s3.answer(request("GET", f"{FILES}/?list-type=2&delimiter=/&continuation-token=b")).body.decode()
    assert "<Key>c d&amp;e</Key>" in rest
    assert "a/" not in rest
    old = s3.answer(request("GET", f"{FILES}/?prefix=a/&encoding-type=url")).body.decode()
    assert "<Key>a/1</Key>" in old
    assert "<EncodingType>url</EncodingType>" in old
    assert "KeyCount" not in old


def test_bodies_signed_chunk_by_chunk() -> None:
    """As minio-go, which restic uses, sends them over plain HTTP."""
    s3 = S3()
    body = b"5;chunk-signature=ab\r\nhello\r\n0;chunk-signature=cd\r\n\r\n"
    s3.answer(request("PUT", f"{FILES}/x", body, x_amz_content_sha256="STREAMING-AWS4-HMAC-SHA256-PAYLOAD"))
    assert s3.buckets["files"]["x"].body == b"hello"


def test_buckets_are_made_listed_copied_in_and_emptied() -> None:
    s3 = S3(strict=True)
    assert s3.answer(request("HEAD", f"{FILES}/")).status == 404
    assert b"NoSuchBucket" in s3.answer(request("GET", f"{FILES}/?list-type=2")).body
    assert s3.answer(request("PUT", f"{FILES}/")).status == 200
    assert b"<Name>files</Name>" in s3.answer(request("GET", "https://s3.eu-central-1.amazonaws.com/")).body
    assert b"eu-central-1" in s3.answer(request("GET", f"{FILES}/?location=")).body
    s3.answer(request("PUT", f"{FILES}/old%20name", b"1"))
    assert s3.answer(request("PUT", f"{FILES}/new", x_amz_copy_source="/files/old%20name")).status == 200
    assert s3.answer(request("PUT", f"{FILES}/no", x_amz_copy_source="/files/nothing")).status == 404
    gone = s3.answer(request("POST", f"{FILES}/?delete", "<Delete><Object><Key>old name</Key></Object></Delete>"))
    assert b"<Deleted><Key>old name</Key></Deleted>" in gone.body
    assert list(s3.buckets["files"]) == ["new"]
