"""A real SMTP server for tests, which takes, puts off, refuses or hangs up as the address says."""

import asyncio
import contextlib
import email
import email.policy
import socket

from aiosmtpd.controller import Controller


class Handler:
    """full-…: 452 · gone-…: 550 · spam-…: 554 after the text · drop-…: hangs up once, in the middle of the mail."""

    def __init__(self, slow=0.0):
        self.mails, self.sessions, self.slow = [], set(), slow
        self.dropped = set()

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802  (aiosmtpd's name)
        self.sessions.add(session.peer)
        if address.startswith("full-"):
            return "452 Mailbox full, try later"
        if address.startswith("gone-"):
            return "550 5.1.1 No such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802  (aiosmtpd's name)
        [address] = envelope.rcpt_tos
        if address.startswith("spam-"):
            return "554 Refused by content"
        if address.startswith("drop-") and address not in self.dropped:
            self.dropped.add(address)
            server.transport.close()
            return "421 Goodbye"
        if self.slow:
            await asyncio.sleep(self.slow)
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 Taken"

    def to(self, address):
        """Mails for an address."""
        return [one for one in self.mails if one["To"] == address]


@contextlib.contextmanager
def post_office(settings, slow=0.0):
    """Runs the server on a free port and points the settings at it."""
    handler = Handler(slow)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Controller(handler, hostname="127.0.0.1", port=port)
    server.start()
    try:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_TIMEOUT = 5
        yield handler
    finally:
        server.stop()
