"""One table for Python and JavaScript: what either derives, the other must derive too."""

from pathlib import Path

from admin.sealing import check_code, member, payload, receipt
from admin.sealing.payload import Envelope


def test_receipts_give_the_keys_of_the_table(table):
    for row in table["receipts"]:
        keys = receipt.derive(row["digits"], row["site"])
        assert keys.lookup.hex() == row["lookup"]
        assert keys.identity.seed.hex() == row["seed"]
        assert keys.talk.hex() == row["talk"]


def test_typed_receipts_are_read_or_refused_as_in_the_table(table):
    for row in table["typed_receipts"]:
        assert {"typed": row["typed"], **read_receipt(row["typed"])} == row


def read_receipt(typed):
    try:
        return {"digits": receipt.check(typed)}
    except receipt.WrongLength as error:
        return {"found": error.found}
    except receipt.WrongGroup as error:
        return {"order" if error.is_order else "wrong": error.groups}


def test_messages_carry_the_mac_and_digest_of_the_table(table):
    for row in table["envelopes"]:
        place = {name: row[name] for name in ("direction", "reference", "number", "previous")}
        talk = bytes.fromhex(row["talk"])
        envelope = Envelope.make(row["body"], talk, kind=row["kind"], **place)
        assert (envelope.mac, envelope.digest) == (row["mac"], row["digest"])
        assert len(envelope.to_bytes()) == row["length"]
        assert payload.digest(envelope.to_bytes()) == row["digest"]


def test_units_and_rosters_have_the_fingerprints_and_macs_of_the_table(table):
    for row in table["fingerprints"]:
        shown = member.fingerprint(row["unit_id"], row["recipient"], row["recovery"])
        assert shown == row["fingerprint"]
    for row in table["successors"]:
        new = (row["unit_id"], row["recipient"], row["recovery"])
        assert member.successor_mac(bytes.fromhex(row["seed"]), *new) == row["mac"]
    for row in table["rosters"]:
        members = [tuple(pair) for pair in row["members"]]
        assert member.roster_mac(bytes.fromhex(row["seed"]), members) == row["mac"]


def test_fingerprints_are_read_out_as_the_codes_of_the_table(table):
    for row in table["check_codes"]:
        assert check_code.check_code(row["fingerprint"]) == row["code"]


def test_signing_in_uses_the_secrets_of_the_table(table):
    for row in table["sign_ins"]:
        salt = bytes.fromhex(row["salt"])
        secret = member.sign_in_secret(row["passphrase"], row["code"], salt)
        assert (secret.hex(), member.stored_secret(secret)) == (row["secret"], row["stored"])


def test_codes_and_passphrases_are_normalised_as_in_the_table(table):
    for row in table["codes"]:
        assert read_code(row["typed"]) == row["code"]
    for row in table["passphrases"]:
        assert member.normalise_passphrase(row["typed"]) == row["normalised"]


def read_code(typed):
    try:
        return member.normalise_code(typed)
    except member.BadCode:
        return None


def test_javascript_computes_the_whole_table_alike(table, in_node):
    path = Path(__file__).parent / "vectors.json"
    assert in_node("vectors.mjs", None, path) == table
