"""Scripts of ours that come otherwise than we made them, and a clock that goes on when told."""

import time

END = "/*dengshao:whole*/"


def play_script(page, name, script):
    """Serve another script, whole, in the place of one of ours."""
    # Without this header no page of ours starts a worker.
    headers = {"Content-Type": "text/javascript", "Cross-Origin-Embedder-Policy": "require-corp"}
    page.route(
        f"**/{name}", lambda route: route.fulfill(body=f"{script}\n{END}\n", headers=headers)
    )


def play_worker(page, script):
    play_script(page, "seal-worker.js", script)


def play_mute(page, name, bundles, jobs=".*"):
    """Serve one of our workers that starts as ever, and then never answers these jobs."""
    script = (bundles / name).read_text("utf-8")
    mute = (
        "if (typeof document === 'undefined') { const hear = self.onmessage;"
        f" self.onmessage = (event) => /^({jobs})$/.test(event.data.job) || hear(event); }}"
    )
    play_script(page, name, f"{script}\n{mute}")


def let_pass_until(page, shown):
    """Let the page's clock go on until something is shown: a slow machine comes to it later."""
    end = time.monotonic() + 120
    while not shown.first.is_visible():
        assert time.monotonic() < end, f"never shown: {shown}"
        page.clock.run_for(1_000)
        # What works meanwhile, a worker or the server, has no part in that clock.
        page.wait_for_timeout(50)
