"""The pages of one assignment through the browser's eyes: form, files, sign-off, and who may do what."""

import datetime
import io
import re
import uuid
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from organizations.roles import Role
from tasks import counts
from tasks.actions import reviews
from tasks.models import Assignment, Evidence, ProgressEntry, Review
from tasks.states import AssignmentState
from tests import factories

TODAY = factories.TODAY
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
NOW = datetime.datetime(2017, 9, 19, 9, 0, tzinfo=datetime.UTC)


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


@pytest.fixture
def owed(city, plan):
    task = factories.task(plan, lead=city.safety, cooperating=city.districts, target=450, unit="家", title="评估")
    return factories.assignment(task, city.safety)


@pytest.fixture
def sent(city, plan, cast):
    task = factories.task(plan, lead=city.safety, title="已报审的")
    return factories.assignment(
        task, city.safety, state="submitted", percent=100, done_on=TODAY, submitted_by=cast.inspector
    )


def typed(**fields):
    return {
        "happened_on": "2017-09-19", "quantity": "26", "percent": "", "what": "完成第二批评估",
        "problems": "检测报告过期", "next_steps": "月底前补检", "request_key": str(uuid.uuid4()),
    } | fields  # fmt: skip


def at(assignment, step=""):
    return f"/assignments/{assignment.pk}/{step}"


# ------------------------------------------------------------ logging
def test_logging_progress(owed, cast, plan, log_in):
    client = log_in(cast.inspector)
    assert client.get(at(owed, "progress/")).status_code == 200
    response = client.post(
        at(owed, "progress/"), typed(files=[upload(PDF, "名单.pdf"), upload(photo(), "现场.jpg")]), follow=True
    )
    page = response.content.decode()
    assert response.redirect_chain == [(at(owed), 302)]
    assert "已保存：+26 家，合计 26 家。" in page
    assert "检测报告过期" in page
    assert "现场.jpg" in page
    owed.refresh_from_db()
    assert (owed.state, owed.quantity, owed.percent) == ("in_progress", 26, 5)
    assert counts.differences(plan) == {}


def test_a_double_tap_creates_one_entry_and_answers_the_same(owed, cast, log_in):
    client, sent_twice = log_in(cast.inspector), typed()
    answers = [client.post(at(owed, "progress/"), sent_twice) for _tap in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert ProgressEntry.objects.count() == 1


def test_a_form_sent_again_after_a_change_is_not_swallowed(owed, cast, log_in):
    client, first = log_in(cast.inspector), typed()
    client.post(at(owed, "progress/"), first)
    again = client.post(at(owed, "progress/"), first | {"what": "其他内容"})
    page = again.content.decode()
    assert "此前已保存过" in page
    key = re.search(r'name="request_key" value="([^"]+)"', page).group(1)
    assert key != first["request_key"]
    client.post(at(owed, "progress/"), first | {"what": "其他内容", "request_key": key})
    assert ProgressEntry.objects.count() == 2


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"quantity": "十五"}, "“十五”不是数字"),
        ({"quantity": "15.5"}, "请填 15 或 16"),
        ({"quantity": "-3"}, "不能为负数"),
        ({"quantity": ""}, 'id="id_quantity_error"'),
        ({"quantity": "1e99"}, 'id="id_quantity_error"'),
        ({"quantity": "NaN"}, 'id="id_quantity_error"'),
        ({"percent": "101"}, "0 到 100"),
        ({"percent": "-1"}, "0 到 100"),
        ({"percent": "一半"}, "“一半”不是整数"),
        ({"percent": "100"}, "达到 450 家"),
        ({"happened_on": "2017-09-21"}, "晚于今天"),
        ({"happened_on": "2017-04-06"}, "2017年4月7日 开始"),
        ({"happened_on": "2017-02-30"}, "这不是日期"),
        ({"happened_on": ""}, 'id="id_happened_on_error"'),
        ({"what": ""}, "请用一句话写明"),
        ({"problems": "长" * 2001}, 'id="id_problems_error"'),
        ({"request_key": "x"}, "<form"),
    ],
)
def test_a_form_that_fails_says_why_and_keeps_what_was_typed(fields, said, owed, cast, log_in):
    response = log_in(cast.inspector).post(at(owed, "progress/"), typed(**fields))
    page = response.content.decode()
    assert response.status_code == 200
    assert said in page
    for kept in (fields.get("what", "完成第二批评估"), "月底前补检", fields.get("quantity", "26")):
        assert kept in page
    assert not ProgressEntry.objects.exists()


@pytest.mark.parametrize("written", ["２６", "26 ", "2,6"])
def test_numbers_are_read_as_people_type_them(written, owed, cast, log_in):
    log_in(cast.inspector).post(at(owed, "progress/"), typed(quantity=written, percent="8 %"))
    entry = ProgressEntry.objects.get()
    assert (entry.quantity, entry.percent) == (26, 8)


def test_dates_are_read_as_people_type_them(owed, cast, log_in):
    for text in ("2017年9月1日", "2017.9.1", "2017/9/1"):
        log_in(cast.inspector).post(at(owed, "progress/"), typed(happened_on=text))
    assert {entry.happened_on for entry in ProgressEntry.objects.all()} == {datetime.date(2017, 9, 1)}


def test_without_target_and_unit_only_the_percentage_is_asked(city, plan, cast, log_in):
    owed = factories.assignment(factories.task(plan, lead=city.safety), city.safety)
    client = log_in(cast.inspector)
    assert 'name="quantity"' not in client.get(at(owed, "progress/")).content.decode()
    assert "必填" in client.post(at(owed, "progress/"), typed(percent="")).content.decode()
    client.post(at(owed, "progress/"), typed(percent="60", quantity="5"))
    owed.refresh_from_db()
    assert (owed.percent, owed.quantity) == (60, 0)


@pytest.mark.parametrize("state", ["submitted", "done", "cancelled"])
def test_a_form_that_was_overtaken_keeps_what_was_typed(state, owed, cast, log_in):
    Assignment.objects.update(state=state)
    client = log_in(cast.inspector)
    page = client.post(at(owed, "progress/"), typed()).content.decode()
    assert "其他人刚刚改动了这项分工" in page
    assert "完成第二批评估" in page
    assert client.get(at(owed, "progress/")).status_code == 302


def test_an_expired_session_loses_nothing(owed, cast, log_in):
    stranger = Client()
    page = stranger.post(at(owed, "progress/"), typed()).content.decode()
    carried = re.search(r'name="carried" value="([^"]+)"', page).group(1)
    stranger.post("/login/", {"username": "inspector", "password": factories.PASSWORD, "carried": carried})
    page = stranger.get("/login/continue/").content.decode()
    fields = dict(re.findall(r'<textarea name="([^"]+)" hidden>\n(.*?)</textarea>', page, re.S))
    assert fields["what"] == "完成第二批评估"
    assert stranger.post("/login/continue/", fields).status_code == 307
    stranger.post(at(owed, "progress/"), fields)
    assert ProgressEntry.objects.get().author == cast.inspector


# ------------------------------------------------------------ files
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


# ------------------------------------------------------------ sign-off
def test_submit_sign_off_and_the_history_tells(owed, cast, plan, log_in):
    inspector, admin = log_in(cast.inspector), log_in(cast.admin)
    refused = inspector.post(at(owed, "submit/"), {"opinion": "都做完了", "version": owed.version}).content.decode()
    assert "还差 450 家" in refused
    assert "都做完了" in refused
    inspector.post(at(owed, "progress/"), typed(quantity="450"))
    owed.refresh_from_db()
    page = inspector.post(at(owed, "submit/"), {"opinion": "都做完了", "version": owed.version}, follow=True)
    assert "已报审" in page.content.decode()
    assert "都做完了" in admin.get(at(owed)).content.decode()
    owed.refresh_from_db()
    admin.post(at(owed, "approve/"), {"opinion": "材料齐全", "version": owed.version})
    owed.refresh_from_db()
    assert owed.state == AssignmentState.DONE
    assert "材料齐全" in inspector.get(at(owed)).content.decode()
    assert counts.differences(plan) == {}


def test_sending_back_needs_a_reason(sent, cast, log_in):
    admin = log_in(cast.admin)
    page = admin.post(at(sent, "send-back/"), {"opinion": " ", "version": sent.version}).content.decode()
    assert "请写明缺什么" in page
    admin.post(at(sent, "send-back/"), {"opinion": "缺盖章件", "version": sent.version})
    sent.refresh_from_db()
    assert sent.state == AssignmentState.SENT_BACK
    assert "缺盖章件" in log_in(cast.inspector).get(at(sent)).content.decode()


def test_of_two_reviewers_the_second_is_told_and_keeps_the_opinion(sent, cast, city, log_in):
    seen = sent.version
    log_in(cast.admin).post(at(sent, "approve/"), {"opinion": "", "version": seen})
    other = log_in(factories.user(city.office, Role.HEAD, "chief"))
    page = other.post(at(sent, "send-back/"), {"opinion": "数量不符", "version": seen}).content.decode()
    assert "改动了这项分工" in page
    assert "市安委办" in page
    assert "数量不符" in page
    assert Review.objects.count() == 1


def test_nobody_signs_off_for_the_own_unit(sent, city, log_in):
    for person in (sent.submitted_by, factories.user(city.safety, Role.HEAD, "chief")):
        client = log_in(person)
        assert client.post(at(sent, "approve/"), {"version": sent.version}).status_code == 403
        assert client.post(at(sent, "send-back/"), {"version": sent.version, "opinion": "x"}).status_code == 403
        page = client.get(at(sent)).content.decode()
        assert "此前本单位可以撤回" in page
        assert "/2017/review/?at=" not in page
    client.post(at(sent, "withdraw/"), {"version": sent.version})
    sent.refresh_from_db()
    assert sent.state == AssignmentState.IN_PROGRESS


@pytest.mark.parametrize(
    ("who", "codes"),
    [
        ("inspector", {"": 200, "progress/": 302, "submit/": 302, "approve/": 403, "send-back/": 403}),
        ("admin", {"": 200, "progress/": 403, "submit/": 403, "approve/": 200, "send-back/": 200}),
        ("auditor", {"": 200, "progress/": 403, "submit/": 403, "approve/": 403, "send-back/": 403}),
        ("head", dict.fromkeys(("", "progress/", "submit/", "approve/", "send-back/"), 404)),
        ("enterprise", dict.fromkeys(("", "progress/", "submit/", "approve/", "send-back/"), 404)),
        ("outsider", dict.fromkeys(("", "progress/", "submit/", "approve/", "send-back/"), 404)),
    ],
)
def test_who_may_do_what_to_a_submission(who, codes, sent, cast, log_in):
    client = log_in(getattr(cast, who))
    assert {step: client.get(at(sent, step)).status_code for step in codes} == codes


def test_a_lead_unit_sees_what_others_contribute_and_does_not_sign_it_off(owed, city, cast, log_in):
    share = factories.assignment(
        owed.task, city.jiaozhou, role="cooperating", target=None, state="submitted", percent=100, done_on=TODAY
    )
    chief = log_in(factories.user(city.safety, Role.HEAD, "chief"))
    assert chief.get(at(share)).status_code == 200
    assert chief.get(at(share, "progress/")).status_code == 403
    assert chief.post(at(share, "approve/"), {"version": share.version}).status_code == 403
    share.refresh_from_db()
    assert share.state == AssignmentState.SUBMITTED


# ------------------------------------------------------------ the page
OPEN_STATES = ("not_started", "in_progress", "sent_back")
OFFERED = {  # step → who → states in which the page offers it
    "withdraw/": {"inspector": ("submitted", "with_head")},
    "extension/": {"inspector": OPEN_STATES},
    "cancel/": {"admin": (*OPEN_STATES, "submitted", "with_head")},
    "reopen/": {"admin": ("done", "cancelled")},
}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("state", AssignmentState.values)
def test_the_page_in_every_state(state, language, owed, cast, log_in):
    Assignment.objects.update(state=state, done_on=TODAY if state in ("submitted", "done") else None)
    for who in ("inspector", "admin", "auditor"):
        client = log_in(getattr(cast, who))
        client.cookies["django_language"] = language
        page = client.get(at(owed)).content.decode()
        assert (f'action="{at(owed, "progress/")}"' in page) == (
            who == "inspector" and state in ("not_started", "in_progress", "sent_back")
        )
        assert ("/2017/review/?at=s" in page) == (who == "admin" and state == "submitted")
        for step, states in OFFERED.items():
            offered = f'href="{at(owed, step)}"' in page
            assert offered == (state in states.get(who, ())), (who, step)


def test_markup_in_what_was_typed_stays_text(owed, cast, log_in):
    client = log_in(cast.inspector)
    client.post(at(owed, "progress/"), typed(what="<script>alert(1)</script>", files=[upload(PDF, "<b>.pdf")]))
    page = client.get(at(owed)).content.decode()
    assert "<script>alert" not in page
    assert "<b>.pdf" not in page


def test_a_long_history_is_cut_and_can_be_had_whole(owed, cast, log_in):
    client = log_in(cast.inspector)
    for n in range(14):
        client.post(at(owed, "progress/"), typed(what=f"第{n}次检查"))
    assert client.get(at(owed)).content.decode().count("次检查</p>") == 12
    assert client.get(at(owed) + "?all=1").content.decode().count("次检查</p>") == 14


def test_withdrawing_a_submission_by_the_action_is_seen_on_the_page(sent, cast, log_in):
    reviews.send_back(assignment=sent, by=cast.admin, at=NOW, today=TODAY, opinion="缺附件")
    page = log_in(cast.inspector).get(at(sent)).content.decode()
    assert "缺附件" in page
    assert "17:00" in page, "times are those of Shanghai"
