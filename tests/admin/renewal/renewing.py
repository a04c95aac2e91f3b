"""What a browser does when it takes a unit's key back, in Python: for tests without it."""

from base64 import b64decode, b64encode
from hashlib import sha256

from admin.access.roles import Staff
from admin.keys import issuing
from admin.models import LabelReader
from admin.renewal import services as renewal
from admin.sealing import age
from admin.sealing.age import HybridIdentity, parse_recipient, seal
from admin.sealing.member import roster_mac, successor_mac

TOKEN = "a-session"
KEY = b"k" * 32


def staff_of(member):
    return Staff(member.id, member.name, member.unit_id, tuple(member.roles))


def posted_by(unit_id, holders, seed, proof, changes=None):
    """Make a new key for `holders` (pairs of name and recipient); gives what is posted."""
    identity, recovery = HybridIdentity.generate(), HybridIdentity.generate()
    recipients = identity.recipient.text, recovery.recipient.text
    roster = [("", recipients[1]), *holders]
    values = {
        "recipient": recipients[0],
        "recovery": recipients[1],
        "roster_mac": roster_mac(identity.seed, roster),
        "vouch": successor_mac(seed, unit_id, *recipients),
        "proof": proof,
        "grants": {
            name: seal(str(identity).encode(), [parse_recipient(recipient)])
            for name, recipient in holders
        },
    }
    return renewal.Renewal(**values | (changes or {})), identity, recovery


def proof_of(unit_key, identity, *, recovery=False, token=TOKEN, key=KEY):
    riddle, _answer = renewal.challenge(unit_key, token, key, recovery=recovery)
    return sha256(age.open_sealed(riddle, [identity])).hexdigest()


def as_json(posted, old):
    """Write it as it is posted."""
    grants = {name: b64encode(sealed).decode() for name, sealed in posted.grants.items()}
    return {**vars(posted), "grants": grants, "old": str(old)}


def solve(identity, riddle):
    return sha256(age.open_sealed(b64decode(riddle), [identity])).hexdigest()


def renewed(session, holder, identity, members):
    """Renew the unit's key as `holder` does; gives the new row, identity and recovery identity."""
    old = issuing.current_key(session, holder.unit_id)
    unit_identity = issuing.open_grant(session, old, holder, identity)
    holders = [(member.name, member.recipient) for member in members]
    proof = proof_of(old, unit_identity)
    posted, new, sheet = posted_by(holder.unit_id, holders, unit_identity.seed, proof)
    key = renewal.renew(session, posted, by=staff_of(holder), token=TOKEN, key=KEY, old_id=old.id)
    return key, new, sheet


def label_reader(held):
    """Somebody for whom a holder of the unit's key vouched; here they hold it too."""
    return LabelReader(
        member_id=held.first.id,
        unit_id="police",
        unit_key_id=held.key.id,
        mac="0" * 64,
        vouched_by="bo",
        vouched_on=held.key.made_on,
    )
