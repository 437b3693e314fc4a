"""What happened to an assignment is never changed: the database itself refuses it."""

from django.db import migrations

from tasks import guard


def install(apps, schema_editor):
    guard.install(schema_editor.connection)


def remove(apps, schema_editor):
    guard.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("tasks", "0013_added_on")]
    operations = [migrations.RunPython(install, remove)]
