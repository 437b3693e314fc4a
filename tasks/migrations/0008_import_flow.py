"""Imports are read in the background, chosen from, kept track of and undone."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def absent_as_rows(apps, schema_editor):
    """What stood in a list on the batch becomes rows; of previews of the same file only the latest stays."""
    batch_model = apps.get_model("tasks", "ImportBatch")
    row_model = apps.get_model("tasks", "ImportRow")
    task_model = apps.get_model("tasks", "Task")
    seen = set()
    for batch in batch_model.objects.order_by("-id"):
        keys = [one["pk"] for one in batch.absent_list]
        known = set(task_model.objects.filter(pk__in=keys).values_list("pk", flat=True))
        row_model.objects.bulk_create(
            row_model(
                batch=batch,
                verdict="absent",
                task_id=one["pk"] if one["pk"] in known else None,
                values={"number": one["number"], "title": one["title"]},
                text=f"{one['number'] or ''} {one['title']}",
            )
            for one in batch.absent_list
        )
        batch.absent = len(batch.absent_list)
        if batch.state == "previewed":
            if (batch.plan_id, batch.sha256) in seen:
                batch.state = "discarded"
            seen.add((batch.plan_id, batch.sha256))
        batch.save(update_fields=["absent", "state"])
    if schema_editor.connection.vendor == "postgresql":  # or the constraint below could not be added
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        schema_editor.execute("SET CONSTRAINTS ALL DEFERRED")


def rows_as_list(apps, schema_editor):
    """Back again."""
    batch_model = apps.get_model("tasks", "ImportBatch")
    row_model = apps.get_model("tasks", "ImportRow")
    for batch in batch_model.objects.all():
        rows = row_model.objects.filter(batch=batch, verdict="absent")
        batch.absent_list = [{"pk": row.task_id, **row.values} for row in rows]
        batch.save(update_fields=["absent_list"])
        rows.delete()
    batch_model.objects.filter(state__in=["reading", "unreadable"]).update(state="discarded")
    batch_model.objects.filter(state="undone").update(state="committed")


class Migration(migrations.Migration):

    dependencies = [
        ('background', '0002_work'),
        ('tasks', '0007_signoff'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RenameField("importbatch", "absent", "absent_list"),
        migrations.AlterModelOptions(
            name='importrow',
            options={'ordering': [models.OrderBy(models.F('row'), nulls_last=True), 'id']},
        ),
        migrations.AddField(
            model_name='importbatch',
            name='columns',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='importbatch',
            name='decided_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='importbatch',
            name='fault',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='importbatch',
            name='reason',
            field=models.CharField(blank=True, max_length=200, verbose_name='Reason for withdrawing'),
        ),
        migrations.AddField(
            model_name='importbatch',
            name='undo',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='importbatch',
            name='undone_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='importbatch',
            name='undone_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='importbatch',
            name='whole',
            field=models.BooleanField(default=False, verbose_name='All or nothing'),
        ),
        migrations.AddField(
            model_name='importbatch',
            name='work',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='background.work'),
        ),
        migrations.AddField(
            model_name='importrow',
            name='text',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='importrow',
            name='undo',
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name='importrow',
            name='withdraw',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='task',
            name='origin_row',
            field=models.PositiveIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='importbatch',
            name='absent',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name='importbatch',
            name='state',
            field=models.CharField(choices=[('reading', 'Being read'), ('unreadable', 'Not readable'), ('previewed', 'To be checked'), ('committed', 'Imported'), ('discarded', 'Discarded'), ('undone', 'Undone')], default='reading', max_length=10, verbose_name='State'),
        ),
        migrations.AlterField(
            model_name='importrow',
            name='row',
            field=models.PositiveIntegerField(null=True, verbose_name='Row'),
        ),
        migrations.AlterField(
            model_name='importrow',
            name='verdict',
            field=models.CharField(choices=[('new', 'New'), ('changed', 'Changed'), ('unchanged', 'Unchanged'), ('refused', 'Refused'), ('absent', 'Not in the sheet')], max_length=10, verbose_name='Verdict'),
        ),
        migrations.RunPython(absent_as_rows, rows_as_list),
        migrations.RemoveField("importbatch", "absent_list"),
        migrations.AddConstraint(
            model_name='importbatch',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['previewed', 'reading'])), fields=('plan', 'sha256'), name='import_waits_once'),
        ),
    ]
