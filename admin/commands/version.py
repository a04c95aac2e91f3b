"""`dengshao --version`."""

import click


def _tell(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        # Here, since click calls this at every command: help loads no library.
        from ..release.running import told

        click.echo(told())
        context.exit()


version_option = click.Option(
    ["--version"],
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_tell,
    help="说出版本、提交、Python 和数据库的版本。",
)
