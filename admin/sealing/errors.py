"""The root of every refusal in this package; each leaf stands beside what raises it.

    SealingError
    ├── BadKey            bech32.py   not a recipient or identity that we read
    ├── HeaderError       header.py   not an age v1 file, or a stanza out of order
    ├── PayloadError      stream.py   cut short, changed, or followed by garbage
    ├── NoMatch           age.py      none of the identities opens this file
    ├── BadMac            age.py      the header was changed
    ├── BadRecipients     age.py      none, or kinds that must not stand together
    ├── BadContent        payload.py  opened well, but not what we write
    │   ├── WrongMac          the sender did not hold the tip's key
    │   └── BrokenChain       a message is missing, repeated or out of order
    ├── ReceiptError      receipt.py
    │   ├── WrongLength
    │   └── WrongGroup
    └── BadCode           member.py   not a member code

No message of any of them holds a key, a passphrase, a digit of a receipt or a word of a tip.
"""


class SealingError(Exception):
    """Something sealed, or a key to it, is not as it must be."""
