"""The laws of content/data/laws.yml, for whoever imports a text of one or compares a newer one."""

from collections.abc import Mapping
from pathlib import Path

import click

from ..config import ConfigError, load_config
from ..reading.data_files import DataError, load_file
from ..reading.law_text import Damaged
from ..reading.laws import Law, bare_title, laws_of

Laws = Mapping[str, Law]


def the_content() -> Path:
    """Give the folder of pages and data. Says in one sentence where there is none."""
    try:
        content = load_config().content
    except ConfigError as error:
        raise click.ClickException(str(error)) from None
    if not (content / "data" / "laws.yml").is_file():
        raise click.ClickException(
            f"{content} 里没有 data/laws.yml：请在有 content/ 的目录里运行，"
            "或者用 DENGSHAO_CONTENT 写明它在哪里。"
        )
    return content


def the_laws() -> Laws:
    """Read the entries. A file that is damaged is named with its line."""
    try:
        return laws_of(load_file(the_content(), "laws")["items"])
    except DataError as error:
        raise click.ClickException(str(error)) from None


def which(title: str, laws: Laws, law_id: str | None = None) -> str:
    """Tell the law by its title. A chosen law must not get the words of another.

    Raises `Damaged`.
    """
    if law_id is not None and law_id not in laws:
        raise Damaged(f"content/data/laws.yml 里没有 {law_id}。有的是：{'、'.join(laws)}。")
    plain = bare_title(title)
    found = next(
        (one.id for one in laws.values() if plain in {bare_title(one.title), *one.names}), None
    )
    if found is None:
        raise Damaged(
            f"标题是「{title[:40]}」，content/data/laws.yml 里没有这部法。先在那里写好它，再来。"
        )
    if law_id not in (None, found):
        raise Damaged(f"这是《{title}》，不是《{laws[str(law_id)].title}》。")
    return found
