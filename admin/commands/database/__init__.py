"""`dengshao database`: what each login of PostgreSQL may do."""

import click

from ...serving.opening import in_app_of_newest_form

database = click.Group("database", help="PostgreSQL 的账号。")


@database.command(
    "roles",
    help="列出按用途分开的账号和各自的权限（SQL）；加 --apply 就照着做，要用表主的地址。",
)
@click.option("--apply", "does_apply", is_flag=True, help="现在就做，不只是列出。")
@in_app_of_newest_form
def roles(*, does_apply: bool) -> None:
    from .acting import apply_here, show_here

    if does_apply:
        apply_here()
    else:
        show_here()
