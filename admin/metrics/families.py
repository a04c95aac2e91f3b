"""Every number that is told to the outside, declared once: its name, what it means, its labels.

The operators' page 监控与报警 has a line for each, and a test holds both together. None is of one
tip, one person or one request: decision 104 says of each why not.
"""

from collections.abc import Iterator
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

_GAUGES: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "dengshao_build_info": ("程序的版本，值总是 1", ("version",)),
    "dengshao_serving_up": ("服务在听，是 1", ()),
    "dengshao_database_up": ("数据库有应答，是 1", ()),
    "dengshao_replica_up": ("列表用的备库答了，是本库的备机，是 1；没有设的没有这个数", ()),
    "dengshao_part_failed": ("这一部分没有查成，是 1", ("part",)),
    "dengshao_finding": ("体检的结果，要改是 1，别的是 0", ("matter",)),
    "dengshao_finding_unknown": ("体检没有查清，是 1", ("matter",)),
    "dengshao_disk_free_bytes": ("数据目录所在的盘还剩多少，向下取整", ()),
    "dengshao_backup_age_seconds": ("离上一次备份多久，整天", ()),
    "dengshao_sweep_age_seconds": ("离上一次清理做完多久，整小时", ()),
    "dengshao_letters_late_seconds": ("到时间没有发出的信，最久的一封晚了多久，整小时", ()),
    "dengshao_certificate_seconds": ("证书还有多久，整天", ("site",)),
    "dengshao_database_pool_peak_ratio": ("上一个小时同时在用的数据库连接，占几分之几", ()),
    "dengshao_request_seconds_at_most": (
        "上一批请求里，这么多的在多少秒以内应答",
        ("pages", "share"),
    ),
    "dengshao_request_failures_at_most_ratio": ("上一批请求里，失败的不超过几成", ("pages",)),
    "dengshao_lane_full_ratio": ("「疑似机器发送」那一列占满几分之几，向下取整", ()),
    "dengshao_queue_tips": ("这个星期一，没办完的线索有几十条", ("unit", "age_days")),
    "dengshao_files_bytes": ("这个星期一，加密的证据文件有多大，向下取整", ()),
    "dengshao_published_tips": ("最近一次公布的数", ("measure", "period", "group")),
}
_COUNTERS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "dengshao_request_lots_total": ("满了几批请求，一批两百个，来的请求一半不算", ("pages",)),
}
NAMES: Final = (*_GAUGES, *_COUNTERS)


class Sheet:
    """Numbers that were gathered at once; prometheus_client writes them as text."""

    def __init__(self) -> None:
        self._found: dict[str, Metric] = {}

    def add(self, name: str, value: float, *labels: str) -> None:
        """Add a number. Its labels stand in the order in which they are declared."""
        if name not in self._found:
            self._found[name] = _made(name)
        # Both kinds take the same; their common ancestor takes nothing.
        self._found[name].add_metric(labels, value)  # type: ignore[attr-defined]

    def collect(self) -> Iterator[Metric]:
        """Give all numbers in the order of their declaration: prometheus_client asks so."""
        yield from (self._found[name] for name in NAMES if name in self._found)


def _made(name: str) -> Metric:
    if name in _COUNTERS:
        words, labels = _COUNTERS[name]
        return CounterMetricFamily(name, words, labels=labels)
    words, labels = _GAUGES[name]
    return GaugeMetricFamily(name, words, labels=labels)


class Both:
    """Two sheets as one."""

    def __init__(self, *sheets: Sheet) -> None:
        self._sheets = sheets

    def collect(self) -> Iterator[Metric]:
        for sheet in self._sheets:
            yield from sheet.collect()
