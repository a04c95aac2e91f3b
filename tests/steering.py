"""Servers and sites that would steer words elsewhere, played to a page in Chromium."""

FALSE_HASH = "ab" * 32


def steer(route):
    """Play a server that wants every word at the police, whose key is genuine."""
    answer = route.fetch()
    content = answer.json()
    takers = ["police", content["takers"][-1]]
    content |= {"takers": takers, "offices": dict.fromkeys(content["offices"])}
    route.fulfill(response=answer, json=content)


def publish(digest):
    """Play a static site whose /keys.json publishes the hash of other routes."""

    def answer(route):
        real = route.fetch()
        route.fulfill(response=real, json=real.json() | {"routes": digest})

    return answer
