"""asked by less: three things that a login without the right may have done for it, and no more"""

from alembic import op

revision = "0028"
down_revision = "0025"
branch_labels = None
depends_on = None
told = "按用途分开的数据库账号用得上的函数"
serves_from = "0025"

# Run with the rights of who owns the tables, wherever they are called from. The one tells whether
# bytes that somebody brings are those that lie under a receipt: whoever sends a tip again is
# answered, and reads nothing. The others lay two tables in the order of their random keys.
_FUNCTIONS = {
    "tip_is_of(bytea, bytea)": (
        "CREATE FUNCTION tip_is_of(whose bytea, brought bytea) RETURNS boolean LANGUAGE sql STABLE"
        " SECURITY DEFINER SET search_path = {schema}, pg_temp"
        " AS 'SELECT sealed = brought FROM tip WHERE lookup = whose'"
    ),
    **{
        f"{table}_lay_in_order()": (
            f"CREATE FUNCTION {table}_lay_in_order() RETURNS void LANGUAGE sql"
            " SECURITY DEFINER SET search_path = {schema}, pg_temp"
            f" AS 'CLUSTER {table} USING {table}_pkey'"
        )
        for table in ("reward", "bulletin")
    },
}


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    schema = op.get_bind().exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
    for name, words in _FUNCTIONS.items():
        op.execute(words.format(schema=schema))
        op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for name in _FUNCTIONS:
            op.execute(f"DROP FUNCTION {name}")
