"""Which names of the demo district still stand in content/data: none of them may go live. Pure.

The site's build and `dengshao doctor` ask alike. A file tells by its `source` that its names are
invented; where somebody changed that line alone, a name that says 示例 still tells.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

FILES: Final = ("townships", "places", "routes", "organs")
_INVENTED: Final = "演示数据"
_EXAMPLE: Final = "示例"
_MOST_NAMED: Final = 3


def demo_names(data: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Say of each file, by its name without .yml, what in it is the demo's."""
    return [f"{name}.yml：{said}" for name in FILES if name in data and (said := _said(data[name]))]


def _said(found: Mapping[str, Any]) -> str:
    if named := list(_named(found)):
        more = " 等" if len(named) > _MOST_NAMED else ""
        return f"还写着演示的名字（{'、'.join(named[:_MOST_NAMED])}{more}）"
    if is_invented(found) and found["items"]:
        return "source 还写着「演示数据」，名字没有人核定"
    return ""


def is_invented(found: Mapping[str, Any]) -> bool:
    """Tell whether a file says of itself that it is the demo's."""
    return _INVENTED in str(found["source"])


def _named(found: Mapping[str, Any]) -> Iterator[str]:
    for row in (*found["items"], *found.get("offices", ())):
        if not row.get("retired") and _EXAMPLE in f"{row['zh']}{row.get('address', '')}":
            yield row["zh"]
