"""What a bucket does by itself against the promise that what is deleted is gone."""

import http.client
import uuid
from datetime import timedelta
from urllib.parse import urlsplit
from xml.etree import ElementTree

import obstore
import pytest

from admin.doctor.evidence.bucket import (
    check_lifecycle,
    check_lock,
    check_logging,
    check_versioning,
    clears_old_versions,
    look_at_bucket,
)
from admin.doctor.files import check_store
from admin.doctor.findings import State
from admin.vault.files.bucket import Bucket, Question, Said
from admin.vault.files.opening import open_blobs, s3_store
from admin.vault.files.remote import S3Blobs
from tests.conftest import new_bucket

GOOD, BAD, UNKNOWN = State.GOOD, State.BAD, State.UNKNOWN
S3 = "http://s3.amazonaws.com/doc/2006-03-01/"


def said(text, status=200, code=""):
    return Said(status, code, ElementTree.fromstring(text))


def versioning_file(status):
    inside = f"<Status>{status}</Status>" if status else ""
    return f'<VersioningConfiguration xmlns="{S3}">{inside}</VersioningConfiguration>'


def versioning(status=""):
    return said(versioning_file(status))


def versions(*pairs, is_cut="false"):
    """Versions by their id and whether each is the latest, in no namespace, as some stores say."""
    rows = "".join(
        f"<Version><VersionId>{name}</VersionId><IsLatest>{is_latest}</IsLatest></Version>"
        for name, is_latest in pairs
    )
    return said(
        f"<ListVersionsResult><IsTruncated>{is_cut}</IsTruncated>{rows}</ListVersionsResult>"
    )


def rules(*inside):
    return said(f"<LifecycleConfiguration>{''.join(inside)}</LifecycleConfiguration>")


def rule(what, *, where="<Filter><Prefix></Prefix></Filter>", status="Enabled"):
    return f"<Rule><ID>r</ID>{where}<Status>{status}</Status>{what}</Rule>"


DENIED, NOTHING = Said(403, "AccessDenied"), Said()
NOT_DONE = Said(501, "NotImplemented")
EXPIRES = "<Expiration><Days>3</Days></Expiration>"
HALF = (
    "<AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation>"
    "</AbortIncompleteMultipartUpload>"
)
OLD = (
    "<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration>"
)

VERSIONING = [
    (versioning(), NOTHING, GOOD, "没有版本控制"),
    (versioning("Enabled"), NOTHING, BAD, "版本控制开着"),
    (versioning("Suspended"), versions(("null", "true")), GOOD, "没有旧版本"),
    (versioning("Suspended"), versions(("null", "true"), ("null", "false")), BAD, "版本还在"),
    # Its deletion would leave it as an old version.
    (versioning("Suspended"), versions(("3sL4", "true")), BAD, "版本还在"),
    (versioning("Suspended"), versions(is_cut="true"), UNKNOWN, "不知道有没有旧版本"),
    (versioning("Suspended"), DENIED, UNKNOWN, "AccessDenied"),
    (versioning("Paused"), NOTHING, UNKNOWN, "不知道有没有版本控制"),
    *((answer, NOTHING, UNKNOWN, "不知道有没有版本控制") for answer in (DENIED, NOT_DONE, NOTHING)),
]


@pytest.mark.parametrize(("answer", "old", "state", "words"), VERSIONING)
def test_versions_that_outlive_a_deletion_are_told(answer, old, state, words):
    found = check_versioning(answer, old, "files", is_cleared=False)

    assert (found.state, words in found.words) == (state, True)
    assert ("put-bucket-versioning --bucket files" in found.todo) == ("开着" in words)


def old(days=1, more="", **at):
    inside = f"<NoncurrentDays>{days}</NoncurrentDays>{more}"
    return rule(f"<NoncurrentVersionExpiration>{inside}</NoncurrentVersionExpiration>", **at)


CLEARING = [
    (rules(old()), True),
    (rules(rule(EXPIRES), old(where="<Prefix>a/</Prefix>")), True),
    (rules(old(2)), False),
    (rules(old(more="<NewerNoncurrentVersions>3</NewerNoncurrentVersions>")), False),
    (rules(old(status="Disabled")), False),
    # A part of ours alone.
    (rules(old(where="<Prefix>a/b/c</Prefix>")), False),
    (rules(rule(HALF)), False),
    *((answer, False) for answer in (DENIED, NOTHING, Said(404, "NoSuchLifecycleConfiguration"))),
]


@pytest.mark.parametrize(("answer", "is_cleared"), CLEARING)
def test_a_bucket_that_clears_old_versions_by_itself_keeps_the_promise(answer, is_cleared):
    assert clears_old_versions(answer, "a/b/") is is_cleared

    for status in ("Enabled", "Suspended"):
        found = check_versioning(versioning(status), NOTHING, "files", is_cleared=is_cleared)
        assert (found.state is GOOD) == is_cleared


LOCKED = "<ObjectLockEnabled>Enabled</ObjectLockEnabled>"
LOCKS = [
    (Said(404, "ObjectLockConfigurationNotFoundError"), GOOD),
    (said("<ObjectLockConfiguration/>"), GOOD),
    (said(f"<ObjectLockConfiguration>{LOCKED}</ObjectLockConfiguration>"), BAD),
    *((answer, UNKNOWN) for answer in (DENIED, NOT_DONE, NOTHING, Said(404, "NoSuchBucket"))),
]


@pytest.mark.parametrize(("answer", "state"), LOCKS)
def test_a_lock_that_stops_deletion_is_told(answer, state):
    assert check_lock(answer).state is state


LIFECYCLES = [
    (Said(404, "NoSuchLifecycleConfiguration"), GOOD, "没有"),
    (rules(rule(EXPIRES)), BAD, "「r」满 3 天就删"),
    (rules(rule("<Expiration><Date>2027-01-01</Date></Expiration>")), BAD, "到 2027-01-01 就删"),
    (rules(rule(EXPIRES, status="Disabled")), GOOD, "0 条"),
    # Ours is a/b/.
    (rules(rule(EXPIRES, where="<Prefix>a/</Prefix>")), BAD, "满 3 天"),
    (rules(rule(EXPIRES, where="<Filter><And><Prefix>a/b/c</Prefix></And></Filter>")), BAD, "满 3"),
    (rules(rule(EXPIRES, where="<Filter><Prefix>b/</Prefix></Filter>")), GOOD, "0 条"),
    (rules(rule(EXPIRES, where="<Filter><Tag><Key>k</Key></Tag></Filter>")), GOOD, "0 条"),
    (rules(rule(HALF), rule(OLD)), GOOD, "2 条"),
    (rules(rule("<Transition><StorageClass>GLACIER</StorageClass></Transition>")), BAD, "读不出来"),
    (
        rules(rule("<Transition><StorageClass>STANDARD_IA</StorageClass></Transition>")),
        GOOD,
        "1 条",
    ),
    *((answer, UNKNOWN, "不知道") for answer in (DENIED, NOT_DONE, NOTHING)),
]


@pytest.mark.parametrize(("answer", "state", "words"), LIFECYCLES)
def test_rules_that_take_files_before_their_day_are_told(answer, state, words):
    found = check_lifecycle(answer, "files", "a/b/")

    assert (found.state, words in found.words) == (state, True), found


LOGS = [
    (said(f'<BucketLoggingStatus xmlns="{S3}"/>'), GOOD),
    (said(f'<BucketLoggingStatus xmlns="{S3}"><LoggingEnabled/></BucketLoggingStatus>'), BAD),
    *((answer, UNKNOWN) for answer in (DENIED, NOT_DONE, NOTHING)),
]


@pytest.mark.parametrize(("answer", "state"), LOGS)
def test_a_bucket_that_writes_down_who_came_when_is_told(answer, state):
    assert check_logging(answer, "files").state is state


@pytest.fixture
def bucket(request):
    """The bucket of a real S3 server, which nobody configures."""
    return Bucket(new_bucket(request))


@pytest.fixture
def own(bucket):
    """A bucket that a test may configure; one of them, for each takes volumes of the server's."""
    own = Bucket(f"s3://b{uuid.uuid4().hex}/files")
    open_blobs(f"s3://{own.name}/files").put("0" * 32, 0, b"x")
    return own


def configure(bucket, question, text):
    """Configure a bucket as its keeper would."""
    store = obstore.store.S3Store(
        bucket.name,
        endpoint=bucket._signed(f"{question}=").partition("/doctor")[0],
        virtual_hosted_style_request=True,
        client_options={"allow_http": True},
    )
    parts = urlsplit(obstore.sign(store, "PUT", "doctor", timedelta(minutes=1)))
    line = http.client.HTTPConnection(parts.netloc, timeout=60)
    line.request("PUT", f"{parts.path}?{parts.query}", body=text)
    assert line.getresponse().status == 200
    line.close()


def states(bucket):
    return {found.words.partition("，")[0]: found.state for found in look_at_bucket(bucket)}


def test_a_real_server_answers_all_and_a_plain_bucket_is_well(bucket):
    assert states(bucket) == {
        "没有版本控制": GOOD,
        "没有对象锁定": GOOD,
        "没有生命周期规则": GOOD,
        "没有开访问记录": GOOD,
    }


def test_a_real_server_that_keeps_versions_and_deletes_by_itself_is_found_out(own):
    configure(own, Question.VERSIONING, versioning_file("Enabled"))
    configure(own, Question.LIFECYCLE, rule_file(EXPIRES))
    blobs = open_blobs(f"s3://{own.name}/files")
    blobs.put("1" * 32, 0, b"x")
    assert states(own)["版本控制开着：删掉的文件其实还在"] is BAD
    assert states(own)["生命周期规则「r」满 3 天就删"] is BAD

    configure(own, Question.VERSIONING, versioning_file("Suspended"))
    blobs.remove("1" * 32)

    # Deleted, and still there.
    assert blobs.sizes("1" * 32) == {}
    assert states(own)["版本控制停了"] is BAD


def rule_file(what):
    return f'<LifecycleConfiguration xmlns="{S3}">{rule(what)}</LifecycleConfiguration>'


def test_what_cannot_be_asked_is_not_known(bucket, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")

    assert set(states(bucket).values()) == {UNKNOWN}
    assert bucket.ask(Question.LOCK).reason == "SignatureDoesNotMatch"

    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert bucket.ask(Question.LOCK).reason == "没有应答"


class WritesOver:
    """A store that passes over conditions, as old ones do."""

    def __init__(self, store):
        self._store = store

    def put(self, path, data, *, mode, **more):
        return self._store.put(path, data, **more)

    def __getattr__(self, name):
        return getattr(self._store, name)


class KeepsNoDigest(WritesOver):
    """A store that passes over what is to stand beside an object."""

    def put(self, path, data, *, attributes, **more):
        return self._store.put(path, data, **more)


@pytest.mark.parametrize(
    ("kind", "state", "words"),
    [(WritesOver, BAD, "再写一次就被覆盖"), (KeepsNoDigest, UNKNOWN, "校验值没有留下")],
)
def test_a_store_that_can_less_than_it_must_is_told(request, kind, state, words):
    url = new_bucket(request)
    blobs = S3Blobs(lambda: kind(s3_store(url, None)))

    found = check_store(blobs)

    assert (found.state, words in found.words) == (state, True), found
    assert blobs.is_empty()


@pytest.mark.parametrize(
    ("secret", "words"), [("another", "不让写、读或删"), ("tests", "不能写、读或删")]
)
def test_a_store_that_refuses_is_told_apart_from_one_that_is_away(
    hostile, monkeypatch, secret, words
):
    if secret == "another":
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
    else:
        hostile.spoil("PUT", "slow_down")

    found = check_store(open_blobs(hostile.blobs_url))

    assert (found.state, found.words.endswith(words)) == (BAD, True), found
