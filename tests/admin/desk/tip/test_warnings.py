"""What the page says about words to a reporter before they are sent, case by case, under Node."""

import pytest

from admin.desk.tip.questions import QUESTIONS
from tests.admin.desk.tip.test_browser_modules import run

ABOUT_THE_REPORTER = """
您叫什么名字？|方便留个电话吗？|请提供身份证号码。
怎么联系您？|您是谁？|你是哪个村的？|您和他是什么关系？
您的工作单位是哪里？|请加微信。|他打人了吗？您贵姓？
您怎么称呼？|能不能实名举报？|您住在哪里？|您家住哪儿？
您多大年纪？|您是男的还是女的？|您在哪里上班？
您是做什么工作的？|您的孩子在哪个学校？|请发一张您的照片。
能开个视频吗？|方便见个面吗？|请您来派出所做个笔录。|您愿意作证吗？|您的车牌是多少？|您现在在哪？
发个语音说一下。|留个QQ。|对方叫什么名字，您叫什么名字？
老板您贵姓？|那是您的什么人？|您的邮箱是什么？
您什么民族？|您的银行卡号发一下，好发奖金。
身份证发过来|你谁啊，手机号多少|您家几口人？您的家人也在村里吗？
"""
NOT_ABOUT_THE_REPORTER = """
对方的电话是多少？|那个人叫什么？
您知道对方叫什么名字吗？|对方的车牌号、电话、微信，知道多少写多少。
他们的公司在哪里上班？|那家店的电话是多少？
您不用写名字。|请不要写您的电话。|他们每次收钱时报的是什么名字？
被打的人叫什么？|对方是做什么的？|那些人大概多大年纪？
店主怎么称呼？|司机叫什么？|收钱的时候说了什么？
不需要您的身份证。|门口有没有招牌？
这些是您亲眼看到的，还是听别人说的？|有没有人受伤？有危险请先打 110。
"""
ERRANDS = """
您能不能再去拍几张照片？|请您去打听一下。
麻烦您查一下他的车牌。|请您跟着他，看他去哪。|可以靠近一点看看吗？
最好录个音。|能不能帮我们问问邻居？|下次请拍下来。
请您收集证据。|想办法进去看看。|请您核实一下。
能否偷偷录像？|您再去现场看着他。|请继续盯着。|希望您能取证。
试着买一点。|请假装买家约他出来。|请您上门看看。|请您去查
帮忙摸清他们几个人。|方便的话去查查。
请您阻止他们。|多留意他们，再拍一张。|您能查他的车吗，可以去查这个号
"""
NO_ERRANDS = """
您有没有拍到照片？|请问您有没有录音？|请您说说看到了什么。|请不要靠近。|不用去查。|千万别跟踪他。
请勿打听。|请您写写拍到了什么。|您拍的照片是哪一天的？
他们录像了吗？|民警会去核实。|我们去查。|请先离开，再打 110。
现在还在继续吗？|您可以再说详细一点吗？
请您不要自己去收集证据。|他去拍过照片吗？|我们希望您安心等待，我们会去查。
您手里有没有现成的单据、照片或聊天记录？没有也没关系，请不要去拍。
"""
CASES = {
    ("asks", True): ABOUT_THE_REPORTER,
    ("asks", False): NOT_ABOUT_THE_REPORTER,
    ("errand", True): ERRANDS,
    ("errand", False): NO_ERRANDS,
}


def sentences(table):
    return table.strip().replace("\n", "|").split("|")


def judged(act, texts):
    return dict(zip(texts, run(*[{"act": act, "text": text} for text in texts]), strict=True))


@pytest.mark.parametrize(("act", "is_warned"), CASES)
def test_words_are_warned_of_or_let_pass(act, is_warned):
    found = judged(act, sentences(CASES[act, is_warned]))

    assert [text for text, warned in found.items() if warned is not is_warned] == []


@pytest.mark.parametrize("act", ["asks", "errand"])
def test_no_ready_question_asks_who_the_reporter_is_or_sends_them_anywhere(act):
    ready = [str(question) for _need, questions in QUESTIONS for question in questions]

    assert len(ready) >= 14
    assert not any(judged(act, ready).values())


@pytest.mark.parametrize("act", ["asks", "errand"])
def test_nothing_written_is_nothing_to_warn_of(act):
    assert run({"act": act, "text": ""}) == [False]


def test_ready_questions_are_plain_and_short():
    for need, questions in QUESTIONS:
        assert questions, need
        for question in questions:
            for sentence in str(question).replace("？", "。").split("。"):
                assert len(sentence) < 40
