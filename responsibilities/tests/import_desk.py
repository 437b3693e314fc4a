"""A desk at which lists are brought in: uploads, looks, names columns."""

import io

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from lib.sheets.cells import letter
from responsibilities.models import ListImport


class Desk:
    def __init__(self, client):
        client.cookies["django_language"] = "en"
        self.client = client

    def send(self, *sheets):
        buffer = io.BytesIO()
        with xlsxwriter.Workbook(buffer) as book:
            for rows in sheets:
                sheet = book.add_worksheet()
                for number, row in enumerate(rows):
                    sheet.write_row(number, 0, row)
        file = SimpleUploadedFile("清单.xlsx", buffer.getvalue())
        return self.client.post(reverse("duty_imports"), {"file": file, "year": 2017})

    def upload(self, *sheets):
        response = self.send(*sheets)
        assert response.status_code == 302, response.content.decode()
        return ListImport.objects.get(pk=int(response["Location"].split("/")[-2]))

    def see(self, batch):
        return self.client.get(reverse("duty_import_preview", args=[batch.pk])).content.decode()

    def choose(self, batch, layout=0, **columns):
        """As the drop-downs post it: C="title" for the third column."""
        print_ = batch.layout[layout]["fingerprint"]
        places = {letter(column["column"]): column["column"] for column in batch.layout[layout]["columns"]}
        data = {f"c{print_}-{places.get(name, 99)}": field for name, field in columns.items()}
        address = reverse("duty_import_columns", args=[batch.pk])
        page = self.client.post(address, data, follow=True).content.decode()
        batch.refresh_from_db()
        return page
