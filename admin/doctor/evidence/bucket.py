"""Whether an S3 bucket lets go of what is deleted: it can keep, lock or write down by itself.

What a bucket does not tell is not known; it is never taken for well.
"""

from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element

from ...vault.files.bucket import Bucket, Question, Said
from ..findings import Finding, bad, good, unknown

MATTER: Final = "证据文件的桶"
_READ_ON: Final = "看文档「证据文件放在 S3」。"
_ABSENT: Final = {
    Question.LOCK: ("ObjectLockConfigurationNotFoundError", "NoSuchObjectLockConfiguration"),
    Question.LIFECYCLE: ("NoSuchLifecycleConfiguration",),
}
_SLEEPS: Final = ("GLACIER", "DEEP_ARCHIVE", "ARCHIVE", "COLD_ARCHIVE", "DEEP_COLD_ARCHIVE")
"""Classes whose objects must be woken for hours before anybody reads them."""


def look_at_bucket(bucket: Bucket) -> Iterator[Finding]:
    versioning = bucket.ask(Question.VERSIONING)
    versions = bucket.ask(Question.VERSIONS) if _status(versioning) == "Suspended" else Said()
    lifecycle = bucket.ask(Question.LIFECYCLE)
    is_cleared = clears_old_versions(lifecycle, bucket.prefix)
    yield check_versioning(versioning, versions, bucket.name, is_cleared=is_cleared)
    yield check_lock(bucket.ask(Question.LOCK))
    yield check_lifecycle(lifecycle, bucket.name, bucket.prefix)
    yield check_logging(bucket.ask(Question.LOGGING), bucket.name)


def check_versioning(said: Said, versions: Said, name: str, *, is_cleared: bool) -> Finding:
    """Say whether deleted objects stay as old versions that the bucket does not clear away."""
    status = _status(said)
    if said.status != 200 or status not in ("", "Enabled", "Suspended"):
        return _not_known("有没有版本控制", said, "GetBucketVersioning")
    if status and is_cleared:
        return good(MATTER, "有版本控制，旧版本满 1 天由桶自己的规则删")
    if status == "Enabled":
        todo = (
            f"aws s3api put-bucket-versioning --bucket {name} "
            f"--versioning-configuration Status=Suspended；再清掉旧版本，{_READ_ON}"
        )
        return bad(MATTER, "版本控制开着：删掉的文件其实还在", todo)
    if not status:
        return good(MATTER, "没有版本控制，删了就没有了")
    if _kept(versions):
        todo = f"请清掉旧版本，{_READ_ON}"
        return bad(MATTER, "版本控制停了，以前的版本还在：删掉的文件其实还在", todo)
    if versions.status != 200 or _text(versions, "IsTruncated") != "false":
        return _not_known("有没有旧版本", versions, "ListBucketVersions")
    return good(MATTER, "版本控制停着，没有旧版本")


def clears_old_versions(said: Said, prefix: str) -> bool:
    """Tell whether a rule takes all old versions of our objects after a day."""
    return any(
        _concerns(rule, prefix)
        and prefix.startswith(_prefix(rule))
        and rule.findtext("{*}NoncurrentVersionExpiration/{*}NoncurrentDays") == "1"
        and rule.find(".//{*}NewerNoncurrentVersions") is None
        for rule in said.all("Rule")
    )


def check_lock(said: Said) -> Finding:
    if said.code in _ABSENT[Question.LOCK]:
        return good(MATTER, "没有对象锁定")
    if said.status != 200:
        return _not_known("有没有对象锁定", said, "GetBucketObjectLockConfiguration")
    if _text(said, "ObjectLockEnabled") == "Enabled":
        todo = f"锁定关不掉。请换一个没有锁定的桶，把文件搬过去，{_READ_ON}"
        return bad(MATTER, "对象锁定开着：到期的文件删不掉", todo)
    return good(MATTER, "没有对象锁定")


def check_lifecycle(said: Said, name: str, prefix: str) -> Finding:
    """Hold the bucket's own rules against ours: a file goes with its tip, no day sooner."""
    if said.code in _ABSENT[Question.LIFECYCLE]:
        return good(MATTER, "没有生命周期规则")
    if said.status != 200:
        return _not_known("有没有生命周期规则", said, "GetLifecycleConfiguration")
    rules = [rule for rule in said.all("Rule") if _concerns(rule, prefix)]
    todo = (
        "请删掉这条规则，别的规则留着；只有这一条时："
        f"aws s3api delete-bucket-lifecycle --bucket {name}。文件由 dengshao sweep 到期删。"
    )
    for rule in rules:
        if day := _expires(rule):
            return bad(MATTER, f"生命周期规则{_named(rule)}{day}就删，比线索的期限早", todo)
        if sleeps := _sleeps(rule):
            words = f"生命周期规则{_named(rule)}把文件转到 {sleeps}，要用时读不出来"
            return bad(MATTER, words, todo)
    return good(MATTER, f"生命周期规则 {len(rules)} 条，都不删、不转存线索的文件")


def check_logging(said: Said, name: str) -> Finding:
    if said.status != 200:
        return _not_known("有没有开访问记录", said, "GetBucketLogging")
    if said.all("LoggingEnabled"):
        todo = (
            f"aws s3api put-bucket-logging --bucket {name} --bucket-logging-status '{{}}'；"
            "已经记下的请删掉。"
        )
        return bad(MATTER, "访问记录开着：几点几分有文件进来，都记下了", todo)
    return good(MATTER, "没有开访问记录")


def _not_known(what: str, said: Said, right: str) -> Finding:
    todo = f"请给这把密钥 s3:{right} 的权限，或者在控制台上看，{_READ_ON}"
    return unknown(MATTER, f"不知道{what}：{said.reason}", todo)


def _status(said: Said) -> str:
    return _text(said, "Status")


def _text(said: Said, name: str) -> str:
    found = said.all(name)
    return (found[0].text or "").strip() if found else ""


def _kept(versions: Said) -> bool:
    """Tell whether what stands under an older name would outlive its deletion, or has."""
    return any(
        version.findtext("{*}VersionId") != "null" or version.findtext("{*}IsLatest") == "false"
        for version in versions.all("Version")
    )


def _concerns(rule: Element, prefix: str) -> bool:
    """Tell whether a rule is on, and may mean objects of ours, which carry no tags."""
    if rule.findtext("{*}Status") != "Enabled" or rule.find(".//{*}Tag") is not None:
        return False
    theirs = _prefix(rule)
    return theirs.startswith(prefix) or prefix.startswith(theirs)


def _prefix(rule: Element) -> str:
    return next((found.text or "" for found in rule.iterfind(".//{*}Prefix")), "")


def _named(rule: Element) -> str:
    name = rule.findtext("{*}ID")
    return f"「{name}」" if name else ""


def _expires(rule: Element) -> str:
    days = rule.findtext("{*}Expiration/{*}Days")
    day = rule.findtext("{*}Expiration/{*}Date")
    return f"满 {days} 天" if days else f"到 {day} " if day else ""


def _sleeps(rule: Element) -> str:
    classes = (found.text or "" for found in rule.iterfind("{*}Transition/{*}StorageClass"))
    return next((name for name in classes if name.upper().replace("-", "_") in _SLEEPS), "")
