"""A desk in the commission office, for the tests of the import: uploads, presses buttons, reads pages."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tasks.models import ImportBatch

LIST = reverse("import_list", kwargs={"year": 2017})


class Office:
    def __init__(self, plan, admin, log_in):
        self.plan, self.admin = plan, admin
        self.client = log_in(admin)
        self.client.cookies["django_language"] = "en"

    def upload(self, path, name=None):
        data = {"file": SimpleUploadedFile(name or path.name, path.read_bytes())}
        response = self.client.post(LIST, data)
        assert response.status_code == 302, response.content.decode()
        return ImportBatch.objects.get(pk=int(response["Location"].split("/")[-2]))

    def at(self, name, batch):
        return reverse(name, kwargs={"year": 2017, "pk": batch.pk})

    def see(self, batch, query="", name="import_preview"):
        return self.client.get(self.at(name, batch) + query).content.decode()

    def press(self, name, batch, **data):
        page = self.client.post(self.at(name, batch), data, follow=True).content.decode()
        batch.refresh_from_db()
        return page

    def imported(self, path):
        batch = self.upload(path)
        self.press("import_commit", batch)
        assert batch.state == "committed"
        return batch
