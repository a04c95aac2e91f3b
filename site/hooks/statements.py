"""Sentences that say what the law says, and whether their source stands beside them.

A source is an article, a title in 《》 or the name of a law: in the same paragraph, list item or
row, in the sentence ending with ： that leads into the list, or in a heading above (used by
checks.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from blocks import END, Block, blocks

# Words that nobody needs who does not speak of the law. 有权的机关, 什么时候算犯罪 claim nothing.
CLAIM = re.compile(
    # What one of them begins with: most letters need no second look.
    r"(?=[应不处拘徒判坐罪吊下上要会被可罚没追从免责公有无是法国依违触算构就检机])(?:应当|(?<!记)不得(?![了不])|不予|处罚|拘留|徒刑|判刑|坐牢|(?<!犯)(?<!谁有)(?<!问)罪(?![犯名过恶人行])|吊销|"
    r"(?:处|下|上|要|会|被|可以?)罚款|罚款[0-9一二两三五十百千]|没收(?![，。割])|"
    r"追究|从[重轻宽](?:处|判|追)|从[轻宽]|免予|责令|公安(?:机关)?决定|"
    r"(?<!没有人)有权(?![的力])|无权|有义务|是(?:您|你|大家|公民|法定|正当|合法)?的?权利|"
    r"法律(?:规定|要求|写|说的?是|没有|里|不许|不让|禁止|允许|保护|鼓励)|国家(?:鼓励|保护|禁止)|"
    r"依法(?:要|应|可以|给|处|追|从|判|赔|保护|认定)|(?:违反|触犯)了?法律|是违法|算违法|"
    r"(?<!么时候)(?:是|算|构成|就成)犯罪(?!嫌疑)|"
    r"(?:公安|检察院|法院|机关)[^。；]{0,6}(?:要|会|可以)(?:立案|移送|研判|核查|保护|保密|通知))"
)
LAW = (
    r"[诉犯禁处保组监安诈复援调矫教管赔刑][\u4e00-\u9fff]{0,3}法(?![律院官办])"
    r"|宪法|民法典|戒毒条例|信访工作条例"
)
SOURCE = re.compile(rf"第[零一二三四五六七八九十百0-9]+条|《[^》]+》|{LAW}")
# What nobody has confirmed says so itself.
OPEN = "待核实"
LEADS = re.compile(r"[：:][\s*）”」]*$")


def unsourced(words: str) -> Iterator[Block]:
    """Find the blocks of cleaned words that speak of the law and name no source anywhere near."""
    if any(bare_line(words, claim.start()) for claim in CLAIM.finditer(words)):
        yield from bare_blocks(blocks(words))


def bare_line(words: str, position: int) -> bool:
    """Tell quickly of most statements that their source stands in the same line."""
    start, end = words.rfind("\n", 0, position) + 1, words.find("\n", position)
    line = words[start : end if end >= 0 else len(words)]
    return END in line or SOURCE.search(line) is None


def bare_blocks(parts: Iterable[Block]) -> Iterator[Block]:
    heads = [False] * 7
    lead = False
    for block in parts:
        sourced = SOURCE.search(block.text) is not None
        if block.level:
            heads[block.level :] = [sourced] * (7 - block.level)
            lead = False
            continue
        if not block.item:
            lead = sourced and LEADS.search(block.text) is not None
        if sourced or lead or any(heads):
            continue
        if CLAIM.search(block.text) and OPEN not in block.text:
            yield block
