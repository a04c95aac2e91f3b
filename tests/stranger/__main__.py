"""Walk the path and say how long it was: `make stranger` (STRANGER_ARGS="--until setup")."""

import importlib
import json
import time

import click

from tests.stranger.artefacts import release
from tests.stranger.machine import FOLDER, Machine

STEPS = ("install", "setup", "people", "tip", "loss", "upgrade", "deb")
"""In order; each is a module of steps/ with a `walk(machine)`, and a first line that says what."""
ALONE = ("container",)
"""On machines of their own, and only where asked for: an image is a quarter of an hour's work."""


@click.command()
@click.option("--until", type=click.Choice(STEPS), default=STEPS[-1])
@click.option("--alone", type=click.Choice(ALONE), help="Walk this one, and no other.")
@click.option("--keep", is_flag=True, help="Leave the machine's files in build/stranger.")
def main(until, alone, keep):
    """Walk the path as far as asked, and print the counts."""
    # Made before the clock starts: who installs gets it on a stick.
    importlib.import_module(f"tests.stranger.steps.{alone}").prepare() if alone else release()
    machine, told = Machine(), []
    try:
        for name in [alone] if alone else STEPS[: STEPS.index(until) + 1]:
            told.append(_walk(machine, name))
    finally:
        machine.end()
        (FOLDER / "path.json").write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    for step in told:
        click.echo(f"{step['seconds']:7.1f} s {len(step['typed']):3} typed  {step['title']}")
    click.echo(
        f"{sum(step['seconds'] for step in told) / 60:7.1f} min "
        f"{sum(len(step['typed']) for step in told)} commands"
    )
    if not keep:
        machine.forget()


def _walk(machine, name):
    step = importlib.import_module(f"tests.stranger.steps.{name}")
    title = step.__doc__.splitlines()[0]
    click.echo(f"== {title}")
    machine.typed, began = [], time.monotonic()
    step.walk(machine)
    return {"title": title, "typed": machine.typed, "seconds": time.monotonic() - began}


if __name__ == "__main__":
    main()
