"""Proof: files told by their content, kept through mistakes, shown to those who may see them."""

import io
import re

import pytest
from PIL import Image

from organizations.roles import Role
from tasks.models import Evidence, ProgressEntry
from tests import factories

from .work_world import PDF, assessment, at, office, old_office, photo, typed, upload


@pytest.fixture
def owed(city, plan):
    return assessment(city, plan)


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (photo(), "a.jpg", "image/jpeg"),
        (photo("PNG"), "a.png", "image/png"),
        (photo("WEBP"), "a.webp", "image/webp"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 40, "a.heic", "image/heic"),
        (PDF, "a.pdf", "application/pdf"),
        (office("word/document.xml"), "a.docx", "wordprocessingml"),
        (office("xl/workbook.xml"), "a.xlsx", "spreadsheetml"),
        (office("ppt/presentation.xml"), "a.pptx", "presentationml"),
        (old_office("WordDocument"), "a.doc", "msword"),
        (old_office("Workbook"), "a.xls", "ms-excel"),
        (old_office("PowerPoint Document"), "a.ppt", "ms-powerpoint"),
    ],
    ids=str.split("jpg png webp heic pdf docx xlsx pptx doc xls ppt"),
)
def test_every_allowed_kind_is_told_by_its_content(content, name, kind, owed, cast, log_in):
    client = log_in(cast.inspector)
    client.post(at(owed, "progress/"), typed(files=[upload(content, name)]))
    found = Evidence.objects.get()
    assert kind in found.content_type
    assert found.name == name
    answer = client.get(f"/evidence/{found.pk}/")
    assert b"".join(answer.streaming_content) == content
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert kind in answer["Content-Type"]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"MZ\x90\0" + b"\0" * 300, "报告.pdf"),
        (b"<html><script>alert(1)</script>", "照片.jpg"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "图.svg"),
        (b"GIF89a" + b"\0" * 40, "动画.gif"),
        (office("readme.txt"), "压缩包.zip"),
        (office("word/document.xml", also=["word/vbaProject.bin"]), "宏.docx"),
        (old_office("Something"), "未知.doc"),
        (b"PK\x03\x04broken", "坏.xlsx"),
        (b"plain words", "文字.txt"),
    ],
    ids=str.split("program page drawing animation archive macros compound broken text"),
)
def test_a_forbidden_kind_is_named_and_nothing_is_written(content, name, owed, cast, log_in):
    page = log_in(cast.inspector).post(at(owed, "progress/"), typed(files=[upload(content, name)])).content.decode()
    assert f"“{name}”不能上传" in page
    assert "完成第二批评估" in page
    assert not ProgressEntry.objects.exists()
    assert not Evidence.objects.exists()


def test_a_file_above_the_limit_is_refused_and_the_others_are_kept(owed, cast, log_in, settings):
    settings.UPLOAD_LIMIT_MB = 1
    client, files = log_in(cast.inspector), [upload(PDF + b" " * 1024 * 1024, "大.pdf"), upload(photo(), "好.jpg")]
    first = typed(files=files)
    page = client.post(at(owed, "progress/"), first).content.decode()
    assert "“大.pdf”有 1.0 MB" in page
    kept = re.findall(r'name="kept" value="([^"]+)"', page)
    assert len(kept) == 1
    assert "好.jpg" in page
    client.post(at(owed, "progress/"), first | {"files": [], "kept": kept})
    assert [proof.name for proof in Evidence.objects.all()] == ["好.jpg"]


def test_files_survive_a_mistake_elsewhere(owed, cast, log_in):
    client, first = log_in(cast.inspector), typed(quantity="x", files=[upload(PDF, "名单.pdf")])
    kept = re.findall(r'name="kept" value="([^"]+)"', client.post(at(owed, "progress/"), first).content.decode())
    second = client.post(at(owed, "progress/"), first | {"quantity": "y", "files": [], "kept": kept}).content.decode()
    assert re.findall(r'name="kept" value="([^"]+)"', second) == kept
    client.post(at(owed, "progress/"), first | {"quantity": "5", "files": [], "kept": kept})
    assert Evidence.objects.get().name == "名单.pdf"


def test_a_kept_file_serves_nobody_else(owed, cast, city, log_in):
    kept = re.findall(
        r'name="kept" value="([^"]+)"',
        log_in(cast.inspector)
        .post(at(owed, "progress/"), typed(what="", files=[upload(PDF, "名单.pdf")]))
        .content.decode(),
    )
    colleague = factories.user(city.safety, Role.INSPECTOR, "colleague")
    log_in(colleague).post(at(owed, "progress/"), typed(kept=[*kept, "forged"]))
    assert ProgressEntry.objects.count() == 1
    assert not Evidence.objects.exists()


def test_photos_are_shown_upright_and_small(owed, cast, log_in):
    client = log_in(cast.inspector)
    client.post(at(owed, "progress/"), typed(files=[upload(photo(size=(900, 600), tags={0x0112: 6}), "竖.jpg")]))
    pk = Evidence.objects.get().pk
    small = client.get(f"/evidence/{pk}/?size=small")
    picture = Image.open(io.BytesIO(b"".join(small.streaming_content)))
    assert picture.height > picture.width
    assert picture.height <= 240
    answer = client.get(f"/evidence/{pk}/?view=1")
    assert answer.getvalue()
    assert answer["Content-Disposition"].startswith("inline")


def test_only_photos_are_shown_inline(owed, cast, log_in):
    client = log_in(cast.inspector)
    client.post(at(owed, "progress/"), typed(files=[upload(PDF, "报告 一.pdf")]))
    pk = Evidence.objects.get().pk
    answer = client.get(f"/evidence/{pk}/?view=1")
    assert answer.getvalue()
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert client.get(f"/evidence/{pk}/?size=small").status_code == 404


def test_proof_is_for_those_who_see_the_assignment(owed, cast, log_in):
    log_in(cast.inspector).post(at(owed, "progress/"), typed(files=[upload(PDF, "a.pdf")]))
    page = f"/evidence/{Evidence.objects.get().pk}/"
    answers = {who: log_in(getattr(cast, who)).get(page) for who in vars(cast)}
    for answer in answers.values():
        assert answer.getvalue()
    seen = {who: answer.status_code for who, answer in answers.items()}
    assert seen == {"admin": 200, "head": 404, "inspector": 200, "enterprise": 404, "auditor": 200, "outsider": 404}
