"""`dengshao`, with sealing switched off: the canary must find its marks then."""

import sys

from admin.sealing import age


def not_sealed(data, _recipients):
    return data


if __name__ == "__main__":
    age.seal = not_sealed
    from admin.cli import main
    from admin.serving import server

    # gunicorn forks its workers from this process, so they have no sealing either.
    assert server.create_app
    sys.exit(main())
