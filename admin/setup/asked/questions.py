"""What an installation is asked, as data: in this order, each with the reason why it is asked."""

from . import district, machine
from .question import Data, Step


def steps(data: Data) -> tuple[Step, ...]:
    """All that is asked; what there is already stands beside it."""
    return (
        district.HOSTS,
        district.PUBLISHER,
        district.units(data["routes"]),
        district.places(data["townships"]),
        district.hotlines(data["hotlines"]),
        *((machine.EDGE_LOG,) if "edge_log" in data else ()),
        *(
            machine.DATABASE,
            machine.STORE,
            machine.MAIL,
            machine.CERTIFICATE,
            machine.BACKUP,
            machine.FINISH,
        ),
    )
