"""What the tests of the pages of one assignment share: a typed form, files of every kind, addresses."""

import io
import uuid
import zipfile

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from tests import factories

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def photo(kind="JPEG", size=(900, 600), **exif):
    made = io.BytesIO()
    picture = Image.new("RGB", size, "#557799")
    tags = Image.Exif()
    tags.update(exif.get("tags", {}))
    picture.save(made, kind, exif=tags)
    return made.getvalue()


def office(part, **more):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as box:
        for name in ("[Content_Types].xml", part, *more.get("also", ())):
            box.writestr(name, "<x/>")
    return made.getvalue()


def old_office(stream):
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1024 + f"{stream}\0".encode("utf-16-le") + b"\0" * 100


def upload(content, name):
    return SimpleUploadedFile(name, content)


def assessment(city, plan):
    """What the safety bureau owes: to assess 450 enterprises."""
    task = factories.task(plan, lead=city.safety, cooperating=city.districts, target=450, unit="家", title="评估")
    return factories.assignment(task, city.safety)


def typed(**fields):
    return {
        "happened_on": "2017-09-19", "quantity": "26", "percent": "", "what": "完成第二批评估",
        "problems": "检测报告过期", "next_steps": "月底前补检", "request_key": str(uuid.uuid4()),
    } | fields  # fmt: skip


def at(assignment, step=""):
    return f"/assignments/{assignment.pk}/{step}"
