"""The last work under a key is asked for by every page of an import."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("background", "0003_longer_result")]

    operations = [
        migrations.AddIndex(
            model_name="work",
            index=models.Index(fields=["key", "-id"], name="work_of_key"),
        ),
    ]
