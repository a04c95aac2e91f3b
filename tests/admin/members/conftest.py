"""The members of one unit, as every test of the staff's packages has them."""

from tests.admin.staff import (  # noqa: F401
    desk,
    environ,
    made,
    now,
    people,
    required,
    unit,
)
