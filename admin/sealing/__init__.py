"""Sealing: age files, receipts, and what stands inside. Bytes in, bytes out; pure.

Nothing here opens a file, a socket or a database, or reads a clock. Import from the modules:

age         seal(data, [recipient, …]) -> bytes            open_sealed(data, [identity, …]) -> bytes
            seal_with_passphrase(data, passphrase, log_n=17)   PassphraseIdentity(passphrase)
            Writer(write, recipients): .write .close, or `with`    Reader(file, identities): iterate
            parse_recipient("age1pq1…"), cached            parse_identity("AGE-SECRET-KEY-PQ-1…")
            HybridIdentity.generate() .from_seed(seed) .recipient .seed; `str` gives the texts
receipt     new_digits() · digits_from(key, nonce) · with_checks(30) -> 36 · grouped(36)
            check(typed) -> 30 · derive(30, site_id) -> ReceiptKeys(.lookup .identity .talk)
payload     Tip, Label, Envelope: .to_bytes() padded, .parse(bytes) · digest(bytes) · pad
            Envelope.make(body, talk, …), .verify(talk, …), .digest · new_reference()
member      new_code, grouped_code, normalise_code, normalise_passphrase, sealing_passphrase,
            sign_in_secret, stored_secret, fingerprint, roster_mac
errors      SealingError, and the tree of all refusals

All files of this project are sealed to hybrid recipients or to a passphrase. The X25519 kind is
here for the official test vectors and for files from elsewhere.
"""
