"""Answers that are files."""


def octets(response):
    """The file of an answer. The client closes it: closing it here would close the database connection as well."""
    return response.getvalue() if response.streaming else response.content
