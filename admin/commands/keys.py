"""`dengshao keys`: which fingerprints the public reads, and how a confirmed key gets there."""

from datetime import datetime

import click

from ..serving.opening import in_app, plain_faults


@click.group("keys", help="单位密钥的指纹：公布核对过的，看公众看到什么。")
def keys() -> None:
    pass


@keys.command(
    "apply",
    help="公布第二个人核对过的密钥：问核对码，写好 keys.yml 和网站的 keys.json，再取回来给您看。",
)
@click.option(
    "--fingerprint",
    "given",
    multiple=True,
    metavar="UNIT=核对码",
    help="持钥人念的核对码，可以写几次；不写就当场问。",
)
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    help="旧密钥在信箱里算到哪一天；不写是 30 天。已经过了的也改成这一天。",
)
@click.option("--site-elsewhere", is_flag=True, help="网站在另一台机器上：先把 keys.json 放过去。")
@in_app
def apply(*, given: tuple[str, ...], until: datetime | None, site_elsewhere: bool) -> None:
    from ..unit_keys.commands import apply_keys

    day = until.date() if until else None
    apply_keys(given, until=day, is_site_elsewhere=site_elsewhere)


@keys.command("show", help="取回公众看到的指纹，和 keys.yml 比。")
def show() -> None:
    from ..unit_keys.commands import show_keys

    with plain_faults():
        show_keys()
