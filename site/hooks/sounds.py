"""How characters sound, for words typed by their sound or with a homophone (used by search.py).

GB2312 lists its 3,755 common characters in the order of their sounds, and every browser knows
GB2312: so a browser needs only how many stand under each sound (`ORDER`) to know the sound of all.
`beyond_order` adds what that leaves out: rarer characters, and what GB2312 reads in another way
than people do (了 liao, le).
"""

from __future__ import annotations

import os
import re

# The dictionary of phrases takes a quarter of a second to load, and is not used here.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")

from pypinyin import Style, pinyin

ORDER = (
    "a2ai13an9ang3ao9ba18bai8ban15bang12bao17bei15ben4beng6bi24bian12biao4bie4bin6bing9bo19bu11"
    "ca1cai11can7cang5cao5ce5ceng2cha11chai3chan10chang13chao9che6chen10cheng15chi16chong5chou12"
    "chu16chuai1chuan7chuang6chui5chun7chuo2ci12cong6cou1cu4cuan3cui8cun3cuo6da6dai12dan15dang5"
    "dao12de3deng7di19dian16diao9die7ding9diu1dong10dou8du14duan6dui4dun9duo12e13en1er8fa8fan17"
    "fang11fei12fen15feng15fo1fou1fu45ga2gai6gan11gang9gao10ge17gei1gen2geng7gong15gou9gu18gua6"
    "guai3guan11guang3gui16gun3guo6ha1hai7han19hang3hao9he18hei2hen4heng5hong9hou7hu18hua9huai5"
    "huan14huang14hui21hun6huo10ji53jia17jian40jiang13jiao28jie27jin20jing25jiong2jiu17ju25juan7"
    "jue10jun11ka4kai5kan6kang7kao4ke15ken4keng2kong4kou4ku7kua5kuai4kuan2kuang8kui11kun4kuo4la7"
    "lai3lan15lang7lao9le2lei11leng3li34lia1lian14liang11liao13lie5lin12ling14liu11long9lou6lu20"
    "lv14luan6lve2lun7luo12ma9mai6man9mang6mao12me1mei16men3meng8mi14mian9miao8mie2min6ming6miu1"
    "mo17mou3mu15na7nai5nan3nang1nao5ne1nei2nen1neng1ni11nian7niang2niao2nie7nin1ning6niu4nong4"
    "nu3nv1nuan1nve2nuo4o1ou7pa6pai6pan8pang5pao7pei9pen2peng14pi17pian4piao4pie2pin5ping9po8pou1"
    "pu15qi36qia3qian22qiang8qiao15qie5qin11qing13qiong2qiu8qu13quan11que8qun2ran4rang5rao3re2"
    "ren10reng2ri1rong10rou3ru10ruan2rui3run2ruo2sa3sai4san4sang3sao4se3sen1seng1sha9shai2shan16"
    "shang8shao11she12shen16sheng11shi47shou10shu33shua2shuai4shuan2shuang3shui4shun4shuo4si16"
    "song8sou4su12suan3sui11sun3suo8ta9tai9tan18tang13tao11te1teng4ti15tian8tiao5tie3ting10tong13"
    "tou4tu11tuan2tui6tun3tuo11wa7wai2wan17wang10wei33wen10weng3wo9wu29xi35xia13xian26xiang20"
    "xiao18xie21xin10xing15xiong7xiu9xu19xuan10xue6xun14ya16yan33yang17yao15ye15yi53yin16ying18"
    "yo1yong15you20yu45yuan20yue10yun12za3zai7zan4zang3zao14ze4zei1zen1zeng4zha14zhai6zhan17"
    "zhang15zhao10zhe10zhen16zheng15zhi43zhong11zhou14zhu26zhua2zhuai1zhuan6zhuang7zhui6zhun2"
    "zhuo11zi15zong7zou4zu8zuan2zui4zun2zuo8"
)


def in_order() -> dict[str, str]:
    """Give the common characters with the sound under which GB2312 has them."""
    cells = ((row, cell) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF))
    # The last row ends five cells early.
    characters = [bytes(pair).decode("gb2312") for pair in cells if pair < (0xD7, 0xFA)]
    sounds = [s for s, n in re.findall(r"([a-z]+)(\d+)", ORDER) for _ in range(int(n))]
    return dict(zip(characters, sounds, strict=True))


def beyond_order(characters: set[str]) -> dict[str, str]:
    """Give the most usual sound of characters where `ORDER` tells none, or another one."""
    known = in_order()
    found = {one: readings(one) - {known.get(one)} for one in sorted(characters)}
    return {one: " ".join(sorted(more)) for one, more in found.items() if more}


def readings(character: str) -> set[str | None]:
    every = pinyin(character, style=Style.NORMAL, heteronym=True, v_to_u=False)[0]
    return set(every[:1])
