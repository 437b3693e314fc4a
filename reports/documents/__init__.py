"""A report as an office document: the same content as Word, PDF and Excel. Always in Chinese, as offices write."""
