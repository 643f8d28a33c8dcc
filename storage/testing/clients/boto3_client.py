"""Drives boto3 for foreign clients' tests: arguments name the operation, the answer is JSON on stdout."""
import base64
import json
import os
import sys

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config

s3 = boto3.client("s3", endpoint_url=os.environ["ENDPOINT"], config=Config(signature_version="s3v4", retries={"max_attempts": 1}))
bucket = os.environ["BUCKET"]
transfer = TransferConfig(multipart_threshold=8 * 2**20, multipart_chunksize=5 * 2**20)


def keys_under(prefix):
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, PaginationConfig={"PageSize": 7})
    return sorted(entry["Key"] for page in pages for entry in page.get("Contents", []))


def files_under(folder):
    for root, _, names in os.walk(folder):
        for name in names:
            file = os.path.join(root, name)
            yield os.path.relpath(file, folder), file


def delete(keys):
    for start in range(0, len(keys), 1000):
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in keys[start : start + 1000]]})
        assert not answer.get("Errors"), answer["Errors"]


def sync_up(folder, prefix):
    local = dict(files_under(folder))
    for name, file in local.items():
        s3.upload_file(file, bucket, f"{prefix}/{name}", Config=transfer)
    delete([key for key in keys_under(f"{prefix}/") if key[len(prefix) + 1 :] not in local])


def sync_down(prefix, folder):
    for key in keys_under(f"{prefix}/"):
        file = os.path.join(folder, key[len(prefix) + 1 :])
        os.makedirs(os.path.dirname(file), exist_ok=True)
        s3.download_file(bucket, key, file, Config=transfer)


def copy_tree(source, target):
    for key in keys_under(f"{source}/"):
        s3.copy({"Bucket": bucket, "Key": key}, bucket, target + key[len(source) :], Config=transfer)


def byte_range(key, first, last):
    body = s3.get_object(Bucket=bucket, Key=key, Range=f"bytes={first}-{last}")["Body"]
    return base64.b64encode(body.read()).decode()


def presign(method, key):
    return s3.generate_presigned_url(method, Params={"Bucket": bucket, "Key": key}, ExpiresIn=60)


operations = {
    "upload": lambda file, key: s3.upload_file(file, bucket, key, Config=transfer),
    "download": lambda key, file: s3.download_file(bucket, key, file, Config=transfer),
    "list": keys_under,
    "sync-up": sync_up,
    "sync-down": sync_down,
    "copy-tree": copy_tree,
    "remove": lambda key: s3.delete_object(Bucket=bucket, Key=key) and None,
    "range": byte_range,
    "put-with-metadata": lambda file, key, words: s3.upload_file(file, bucket, key, ExtraArgs={"Metadata": json.loads(words)}),
    "metadata": lambda key: s3.head_object(Bucket=bucket, Key=key)["Metadata"],
    "presign-get": lambda key: presign("get_object", key),
    "presign-put": lambda key: presign("put_object", key),
}
json.dump(operations[sys.argv[1]](*(int(a) if sys.argv[1] == "range" and a.isdigit() else a for a in sys.argv[2:])), sys.stdout)
