"""Workbooks that leave the office and come back: the list as a circular's annex, and what each unit fills in.

Their words are Chinese whatever language the page is read in: they are papers of an office, and read again.
"""
