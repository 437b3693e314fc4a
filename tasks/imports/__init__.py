"""Task lists from Excel: layout → cells → rows → what they change in the plan."""
