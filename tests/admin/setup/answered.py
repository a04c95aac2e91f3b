"""A district's answers, as a file of `dengshao setup --answers` has them."""

import datetime

from admin.setup.written.certificates import self_signed

PUBLIC, DESK = "tips.anle.gov.cn", "desk.anle.gov.cn"
ANSWERS = """\
[hosts]
public = "{public}"
desk = "{desk}"

[publisher]
organizer = "安乐县委政法委"
contact = "安乐县安康路 1 号，0551-1234567"
site_code = "3401230001"
icp = "皖ICP备2026000001号-1"
police_record = "皖公网安备34012302000123号"
party_mark = "https://bszs.conac.cn/sitename?method=show&id=08A1"

[units]
way = "rename"
items = [
  {{ id = "police", zh = "县公安局线索组", en = "County police unit" }},
  {{ id = "drugs", zh = "禁毒办线索组" }},
]
offices = []

[places]
townships = [
  {{ zh = "安康镇" }},
  {{ zh = "乐平街道", en = "Leping" }},
]

[hotlines]
local-police = "0551-1234560"
local-treatment = ""

[edge_log]
profile = "none"

[database]
kind = "sqlite"

[store]
kind = "folder"

[certificate]
way = "desk_self"
public = "{folder}/public.pem"
public_key = "{folder}/public.key"
"""


def write_answers(folder, *, more=()):
    """Write the file and the certificate that it names; `more` are changes to its text."""
    pem, key = self_signed([PUBLIC], now=datetime.datetime.now(datetime.UTC))
    (folder / "public.pem").write_bytes(pem)
    (folder / "public.key").write_bytes(key)
    text = ANSWERS.format(public=PUBLIC, desk=DESK, folder=folder)
    for old, new in more:
        assert old in text
        text = text.replace(old, new)
    path = folder / "given.toml"
    path.write_text(text, "utf-8")
    return path
