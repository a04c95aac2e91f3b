"""Where sealed files lie, and how many are taken: read once, refused with a sentence."""

import pytest

from admin.config import ConfigError, load_config

SECRET = "ab" * 32
GOOD = ["file:///srv/blobs", "s3://bucket", "s3://bucket/some/prefix"]
BAD = [
    "",
    "/srv/blobs",
    "file://srv/blobs",
    "file:///",
    "file:relative",
    "s3://",
    "s3:///prefix",
    "s3://bucket/prefix?key=secret",
    "https://example.org/bucket",
]
# Of development alone: a restart empties it.
MEMORY = "memory:///"


def load(tmp_path, env, **more):
    (tmp_path / "secret").write_text(SECRET)
    hosts = {"DENGSHAO_PUBLIC_HOST": "a.example", "DENGSHAO_DESK_HOST": "b.example"}
    values = {"DENGSHAO_ENV": env, "DENGSHAO_DATA": str(tmp_path), **hosts, **more}
    return load_config(values)


@pytest.mark.parametrize("env", ["development", "production"])
@pytest.mark.parametrize("url", GOOD)
def test_a_folder_or_a_bucket_is_a_place_for_files(tmp_path, env, url):
    assert load(tmp_path, env, DENGSHAO_BLOBS_URL=url).blobs_url == url


@pytest.mark.parametrize("url", [*BAD, MEMORY])
def test_anything_else_stops_the_start_and_is_not_repeated(tmp_path, url):
    with pytest.raises(ConfigError, match="DENGSHAO_BLOBS_URL") as told:
        load(tmp_path, "production", DENGSHAO_BLOBS_URL=url)
    assert "secret" not in str(told.value)


def test_memory_is_for_development(tmp_path):
    assert load(tmp_path, "development", DENGSHAO_BLOBS_URL=MEMORY).blobs_url == MEMORY


def test_files_lie_beside_the_database_and_have_limits_unless_told_otherwise(tmp_path):
    config = load(tmp_path, "production")

    assert config.blobs_url == (tmp_path / "blobs").as_uri()
    limits = (config.files_most, config.file_mb, config.tip_mb, config.plain_mb)
    assert limits == (10, 500, 2048, 20)
    assert (config.files_mb_day, config.orphans_mb) == (20480, 10240)
    assert load(tmp_path, "production", DENGSHAO_FILE_MB="7").file_mb == 7


def test_an_address_never_shows_where_the_configuration_is_printed(tmp_path):
    assert "bucket" not in repr(load(tmp_path, "production", DENGSHAO_BLOBS_URL="s3://bucket"))
