"""The pages of the record, for admins and auditors. They stand here because the audit floor knows no people."""
