"""`dengshao site`: builds the district's words into the folder that is served."""

from pathlib import Path

import click

from ..config import Config, load_config
from ..district.site_build import NotBuilt, hand_over, rebuild
from ..settings.installed import become_owner


def build_site(*, is_draft: bool, with_copy: bool, portal: Path | None = None) -> None:
    """Build with production's strictness, unless it is a draft to look at; and for a portal."""
    config = load_config(makes_secret=False)
    become_owner(config.data)
    settings = settings_of_site(config, is_draft=is_draft)
    try:
        config.site.parent.mkdir(parents=True, exist_ok=True)
        changed = rebuild(config.content, config.site, settings=settings, with_copy=with_copy)
        if portal:
            hand_over(config.content, config.site, portal, settings["DENGSHAO_SITE_URL"])
    except NotBuilt as error:
        raise click.ClickException(f"网站没有建成，原来的没有动：\n{error}") from None
    except OSError as error:
        raise click.ClickException(f"{error.filename} 写不进去（{error.strerror}）。") from None
    click.echo(f"网站建好了，在 {config.site}，换了 {changed} 个文件。")
    if portal:
        click.echo(f"给门户的那一份在 {portal}。")


def settings_of_site(config: Config, *, is_draft: bool) -> dict[str, str]:
    """Say to the builder, which knows no configuration, where things lie and how strict to be."""
    return {
        "DENGSHAO_ENV": "development" if is_draft else "production",
        "DENGSHAO_DATA": str(config.data),
        "DENGSHAO_TRANSLATIONS": str(config.translations),
        "DENGSHAO_SITE_URL": f"https://{config.public_host}/",
    }
