"""What the tests of others' EPCIS clients share."""

EPCIS2_JS = "epcis2.js@2.7.3"


class Bearer:
    """`openepcis-client`'s `AuthStrategy` with a token of ours: its own fetch theirs from a server of its makers."""

    def __init__(self, token):
        self.token = token

    def bearer(self):
        return self.token

    def invalidate(self):
        pass
