"""The database itself refuses to change or remove what was recorded."""

from django.db import migrations

from audit import guard


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_chain_what_is_there")]
    operations = [
        migrations.RunPython(
            lambda apps, editor: guard.install(editor.connection), lambda apps, editor: guard.remove(editor.connection)
        )
    ]
