"""What the page for operators tells Patroni: held against what the walk with it relies on."""

from tests.cluster.patroni import told_settings


def test_the_page_lets_a_standby_alone_confirm_what_is_committed():
    told = told_settings()

    assert told["synchronous_mode"] is told["synchronous_mode_strict"] is True
    assert told["postgresql"]["parameters"]["synchronous_commit"] == "on"
    # A copy that is being made keeps a slot else, and its line counts as a standby's.
    assert "no-slot" in told["postgresql"]["basebackup"]


def test_the_page_gives_a_leader_the_time_that_patroni_asks_for():
    told = told_settings()

    assert told["loop_wait"] + 2 * told["retry_timeout"] <= told["ttl"]
