"""The office's page of units from Excel, for tests that upload lists there."""

import io

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from organizations.models import UnitImport

UNITS = ["序号", "单位全称", "简称", "其他称谓", "类型", "上级单位", "是否安委会成员单位", "备注"]
FIRMS = ["序号", "企业名称", "所属区市", "所属镇街", "行业类别", "行业监管部门", "从业人员数"]


class Desk:
    """Somebody who uploads lists of units and presses the buttons of the preview."""

    def __init__(self, client):
        self.client = client

    def send(self, head, *rows, kind="units"):
        """The answer to an uploaded list."""
        buffer = io.BytesIO()
        with xlsxwriter.Workbook(buffer) as book:
            sheet = book.add_worksheet()
            for number, row in enumerate([head, *rows]):
                sheet.write_row(number, 0, row)
        file = SimpleUploadedFile("单位.xlsx", buffer.getvalue())
        return self.client.post(reverse(f"{kind}_import_list"), {"file": file})

    def upload(self, head, *rows, kind="units"):
        """The import of an uploaded list."""
        response = self.send(head, *rows, kind=kind)
        assert response.status_code == 302, response.content.decode()
        return UnitImport.objects.get(pk=int(response["Location"].split("/")[-2]))

    def see(self, batch, name="unit_import", query=""):
        return self.client.get(reverse(name, args=[batch.pk]) + query).content.decode()

    def press(self, name, batch, **data):
        page = self.client.post(reverse(name, args=[batch.pk]), data, follow=True).content.decode()
        batch.refresh_from_db()
        return page


def unit(number, name, short="", other="", kind="市政府部门", above="市安委会", member="是", note=""):
    return [number, name, short, other, kind, above, member, note]
