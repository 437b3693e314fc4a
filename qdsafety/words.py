"""How the record says what concerns the site as a whole."""

from django.utils.translation import gettext_noop

from audit import words

words.register("demo.seed", gettext_noop("filled the demo of %(object)s"), in_timeline=False)
words.fields(
    "tasks.plan",
    entries=words.Field(gettext_noop("Progress entries"), words.Say.NUMBER),
    reviews=words.Field(gettext_noop("Decisions"), words.Say.NUMBER),
    files=words.Field(gettext_noop("Files"), words.Say.NUMBER),
    touched=words.Field(gettext_noop("Assignments begun"), words.Say.NUMBER),
)
