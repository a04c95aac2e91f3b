"""What a district knows of itself, filled in: a production build asks for it."""


def fill_in(workshop):
    """Write what a district knows of itself, as an editor would."""
    values = {
        "footer": [
            ("domain: 待填写", "domain: www.example.gov.cn"),
            ("code: 待填写", 'code: "1100000001"'),
            ("value: 待填写", "value: 已填"),
            (", placeholder: true", ""),
        ],
        "places": [
            ("number: 待填写", "number: 010-5550100"),
            ("演示数据", "主办单位填写"),
            ("示例", "安乐"),
        ],
        "townships": [("演示数据", "主办单位填写"), ("示例", "安乐")],
        "routes": [("演示数据", "主办单位填写")],
        "organs": [("演示数据", "主办单位填写"), ("示例", "安乐")],
        "hotlines": [("number: null", 'number: "010-5550100"')],
    }
    for name, pairs in values.items():
        path = workshop / "content" / "data" / f"{name}.yml"
        words = path.read_text("utf-8")
        for old, new in pairs:
            assert old in words
            words = words.replace(old, new)
        path.write_text(words, "utf-8")
