"""A desk at which returns are brought in: uploads, looks, names columns."""

import io

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tasks.models import ProgressReturn


class Desk:
    def __init__(self, client, language="en"):
        client.cookies["django_language"] = language
        self.client = client

    def send(self, *rows):
        buffer = io.BytesIO()
        with xlsxwriter.Workbook(buffer) as book:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
        file = SimpleUploadedFile("填报表.xlsx", buffer.getvalue())
        return self.client.post(reverse("return_list", args=[2017]), {"file": [file]})

    def upload(self, *rows):
        response = self.send(*rows)
        assert response.status_code == 302, response.content.decode()
        return ProgressReturn.objects.get(pk=int(response["Location"].split("/")[-2]))

    def at(self, name, batch):
        return reverse(name, args=[2017, batch.pk])

    def see(self, batch):
        return self.client.get(self.at("return_preview", batch)).content.decode()

    def press(self, name, batch, **data):
        page = self.client.post(self.at(name, batch), data, follow=True).content.decode()
        batch.refresh_from_db()
        return page

    def choose(self, batch, header=0, **columns):
        """As the drop-downs post it: C="progress" for the third column."""
        print_ = batch.layout["parts"][header]["fingerprint"]
        return self.press("return_columns", batch, **{
            f"c{print_}-{ord(letter) - ord('A')}": field for letter, field in columns.items()
        })  # fmt: skip


def fields(batch, header=0):
    """Label → what the column was taken for."""
    return {column["label"]: column["field"] for column in batch.layout["parts"][header]["columns"]}
