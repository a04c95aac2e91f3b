"""Ready questions to a reporter, in plain words, grouped by what the desk needs to know.

None asks who the reporter is, and none sends them to look, film or go near: tests hold each of them
to the same warnings that the page gives for words typed by hand.
"""

from typing import Final

from flask_babel import lazy_gettext as _l

QUESTIONS: Final = (
    (
        _l("什么时候"),
        (
            _l("这件事大概从什么时候开始？最近一次是哪一天？"),
            _l("一般在白天还是晚上？大概几点到几点？"),
        ),
    ),
    (
        _l("在哪里"),
        (
            _l("具体在什么地方？附近有什么容易认的东西？"),
            _l("是在路边、院子里，还是楼上？门口有什么招牌？"),
        ),
    ),
    (
        _l("多久一次"),
        (
            _l("是只有一次，还是经常有？大概多久一次？"),
            _l("每次大概来几个人？大概待多久？"),
        ),
    ),
    (
        _l("看到了什么"),
        (
            _l("这些是您亲眼看到的，还是听别人说的？"),
            _l("对方说了什么、做了什么？手里有没有拿东西？"),
            _l("对方的车、店铺或账号，有什么容易认的地方？"),
        ),
    ),
    (
        _l("手里有什么（不冒险）"),
        (
            _l("您手里有没有现成的单据、照片或聊天记录？没有也没关系，请不要去拍。"),
            _l("这些东西现在放在哪里？请留在原处，不要去拿，也不要改动。"),
        ),
    ),
    (
        _l("还在继续吗"),
        (
            _l("现在还在继续吗？最近有没有变化？"),
            _l("您觉得接下来可能会发生什么？大概在哪一天？"),
        ),
    ),
    (
        _l("有没有危险"),
        (
            _l("有没有人受伤，或者正在被威胁？有危险请先打 110。"),
            _l("您现在安全吗？不安全请先离开，再打 110。"),
        ),
    ),
)
"""(need, questions) in the order in which they are mostly asked."""
