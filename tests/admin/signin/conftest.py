"""The members of one unit, as every test of the staff's packages has them; and one who touches."""

from tests.admin.signin.touching import ada, key, touch  # noqa: F401
from tests.admin.staff import (  # noqa: F401
    desk,
    environ,
    made,
    now,
    people,
    required,
    unit,
)
