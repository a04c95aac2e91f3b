"""`dengshao metrics`."""

from pathlib import Path

import click

from ..serving.opening import plain_faults


@click.command(
    "metrics",
    help="给监控系统的数（Prometheus 的文本格式）：打印一次，写进文件，或者在本机的端口上应答。",
)
@click.option(
    "--textfile",
    type=click.Path(path_type=Path, dir_okay=False),
    help="写进这个文件，名字以 .prom 结尾，给 node_exporter 读。",
)
@click.option("--serve", "serves", is_flag=True, help="在 DENGSHAO_METRICS_BIND 上应答，直到停下。")
def metrics(*, textfile: Path | None, serves: bool) -> None:
    from ..metrics.command import tell

    if textfile is not None and serves:
        raise click.UsageError("--textfile 和 --serve 只能写一个。")
    with plain_faults():
        tell(textfile, serves=serves)
