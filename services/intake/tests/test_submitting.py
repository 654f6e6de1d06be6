"""Files over HTTP: taken once, refused with reasons, seen by their employer alone."""

import hashlib
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

RAW = {"content-type": "application/octet-stream"}


def send(client: httpx.Client, content: bytes, key: str = "k1", **headers: str) -> httpx.Response:
    return client.post(
        "/v1/submissions?file_name=payroll.ach",
        content=content,
        headers=RAW | {"idempotency-key": key} | headers,
    )


def changed(content: bytes, record: int, columns: slice, text: bytes) -> bytes:
    """Put another text into a record, counted from 1."""
    lines = content.split(b"\n")
    line = lines[record - 1]
    lines[record - 1] = line[: columns.start] + text + line[columns.stop :]
    return b"\n".join(lines)


def assert_problem(answer: httpx.Response, status: int, slug: str) -> dict:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["type"] == f"/problems/{slug}"
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    return body


def test_a_file_is_taken_and_each_line_says_what_became_of_it(platform, employer, sample):
    answer = send(employer, sample)
    assert answer.status_code == 201
    body = answer.json()
    assert body["state"] == "released"
    assert body["file_name"] == "payroll.ach"
    assert body["sha256"] == hashlib.sha256(sample).hexdigest()
    assert (body["line_count"], body["released_count"], body["amount_cents"]) == (12, 2, 142_350)
    assert answer.headers["location"] == f"/v1/submissions/{body['submission_id']}"
    assert employer.get(answer.headers["location"]).json() == body
    lines = employer.get(answer.headers["location"] + "/lines").json()
    assert lines["next_page_token"] == ""
    assert [line["line_number"] for line in lines["lines"]] == list(range(1, 13))
    first, fourth = lines["lines"][0], lines["lines"][3]
    assert (first["state"], first["reason"], first["pay_date"]) == (
        "identified",
        None,
        "2026-03-06",
    )
    assert (fourth["state"], fourth["reason"]) == ("suspended", "unknown_case")
    assert "0000123459" in fourth["detail"]
    assert "obligor_id" not in first


def test_lines_come_in_pages(employer, sample):
    location = send(employer, sample).headers["location"]
    seen, token = [], ""
    for _ in range(3):
        page = employer.get(location + "/lines", params={"page_size": 5, "page_token": token})
        seen += [line["line_number"] for line in page.json()["lines"]]
        token = page.json()["next_page_token"]
    assert seen == list(range(1, 13))
    assert token == ""
    forged = employer.get(location + "/lines", params={"page_token": "Zm9yZ2Vk"})
    assert_problem(forged, 400, "invalid-request")
    assert_problem(
        employer.get(location + "/lines", params={"page_size": 5000}), 400, "invalid-request"
    )


def test_the_same_key_gives_the_first_answer_again_quoted_or_not(employer, sample):
    first = send(employer, sample, "march")
    again = send(employer, sample, '"march"')
    assert again.status_code == 201
    assert again.json() == first.json()


def test_the_same_key_with_another_file_is_refused(employer, sample):
    first = send(employer, sample)
    body = assert_problem(send(employer, sample + b"\n"), 422, "idempotency-key-reused")
    assert body["submission_id"] == first.json()["submission_id"]


def test_a_file_that_was_sent_before_is_refused_and_the_first_is_named(employer, sample):
    first = send(employer, sample, "one").json()
    body = assert_problem(send(employer, sample, "two"), 409, "duplicate-file")
    assert body["submission_id"] == first["submission_id"]
    assert body["receive_time"] == first["receive_time"]
    assert first["submission_id"] in body["detail"]


@pytest.mark.parametrize("key", ["", '""', '"unended', "é", "x" * 256])
def test_without_a_sound_key_nothing_is_taken(employer, sample, key):
    headers = RAW | ({"idempotency-key": key.encode()} if key else {})
    answer = employer.post("/v1/submissions", content=sample, headers=headers)
    body = assert_problem(answer, 400, "idempotency-key-missing")
    assert body["errors"][0]["field"] == "Idempotency-Key"
    assert send(employer, sample).status_code == 201


def test_a_form_with_the_file_is_taken_as_well(employer, sample):
    answer = employer.post(
        "/v1/submissions",
        files={"note": (None, "March"), "file": ("march.ach", sample, "text/plain")},
        headers={"idempotency-key": "k1"},
    )
    assert answer.status_code == 201
    assert answer.json()["sha256"] == hashlib.sha256(sample).hexdigest()
    assert answer.json()["file_name"] == "march.ach"


@pytest.mark.parametrize(
    ("content", "kind", "slug", "status"),
    [
        (b"--x\r\n", "multipart/form-data; boundary=x", "invalid-request", 400),
        (b"not a form", "multipart/form-data; boundary=x", "invalid-request", 400),
        (b"--x--\r\n", "multipart/form-data; boundary=x", "invalid-request", 400),
        (b"x", "multipart/form-data", "unsupported-media-type", 415),
        (b"x", "text/plain", "unsupported-media-type", 415),
    ],
)
def test_a_body_that_is_no_file_is_refused(employer, content, kind, slug, status):
    headers = {"idempotency-key": "k1", "content-type": kind}
    answer = employer.post("/v1/submissions", content=content, headers=headers)
    assert_problem(answer, status, slug)


def test_a_form_with_two_files_is_refused(employer, sample):
    answer = employer.post(
        "/v1/submissions",
        files=[("file", ("a.ach", sample)), ("file", ("b.ach", sample))],
        headers={"idempotency-key": "k1"},
    )
    assert_problem(answer, 400, "invalid-request")
    assert send(employer, sample).status_code == 201


# What may be wrong with a file: what is sent, and the place that the answer must name.
BROKEN = {
    "wrong entry hash": (lambda f: changed(f, 27, slice(10, 20), b"0148148137"), 27, "entry_hash"),
    "wrong total": (lambda f: changed(f, 27, slice(32, 44), b"000000142351"), 27, "total_credit"),
    "wrong count": (
        lambda f: changed(f, 28, slice(13, 21), b"00000025"),
        28,
        "entry_addenda_count",
    ),
    "long record": (lambda f: changed(f, 3, slice(94, 94), b" "), 3, "record"),
    "short record": (lambda f: changed(f, 3, slice(60, 61), b""), 3, "record"),
    "not ASCII": (lambda f: changed(f, 3, slice(60, 61), b"\xe9"), 3, "character"),
    "cut off": (lambda f: b"\n".join(f.split(b"\n")[:20]), 20, None),
    "empty": (lambda _: b"", None, None),
    "no Nacha file": (lambda _: b"%PDF-1.7\n" * 100, 1, "record"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_rejected_whole_and_the_answer_says_where(
    platform, employer, sample, name
):
    spoil, record, field = BROKEN[name]
    answer = send(employer, spoil(sample))
    body = assert_problem(answer, 422, "file-rejected")
    first = body["errors"][0]
    assert first["record"] == record
    assert field is None or first["field"] == field
    assert first["expected"]
    assert first["rule"]
    assert "new Idempotency-Key" in body["detail"]
    assert (f"Record {record}" in body["detail"]) == (record is not None)
    assert "Record None" not in body["detail"]
    assert set(first) >= {"record", "field", "columns", "read", "expected", "rule"}
    kept = employer.get(answer.headers["location"]).json()
    assert kept["state"] == "rejected"
    assert kept["line_count"] == kept["amount_cents"] == 0
    assert employer.get(answer.headers["location"] + "/lines").json()["lines"] == []
    assert send(employer, spoil(sample)).json() == body
    assert send(employer, sample, "mended").status_code == 201


def test_good_lines_of_a_file_with_a_bad_entry_are_released(platform, employer, sample):
    # The check digit alone is wrong: entry hash and totals still hold.
    answer = send(employer, changed(sample, 5, slice(11, 12), b"1"))
    assert answer.status_code == 201
    first, second = employer.get(answer.headers["location"] + "/lines").json()["lines"][:2]
    assert first["state"] == "identified"
    assert (second["state"], second["reason"]) == ("suspended", "invalid_entry")
    assert "check digit" in second["detail"]
    (problem,) = [p for p in answer.json()["problems"] if p["field"] == "check_digit"]
    assert (problem["record"], problem["severity"], problem["read"]) == (5, "entry", "1")


def test_a_file_that_is_too_large_is_refused_by_its_length(employer):
    answer = send(employer, b"0" * 3_500_000)
    body = assert_problem(answer, 413, "file-too-large")
    assert body["max_bytes"] == "3000000"


def test_a_file_that_is_too_large_is_refused_when_it_does_not_say_so(employer, sample):
    def pieces():
        yield sample.split(b"\n")[0] + b"\n"
        for _ in range(70):
            yield b"6" * 50_000

    answer = send(employer, pieces())
    assert_problem(answer, 413, "file-too-large")
    assert send(employer, sample).status_code == 201


def test_of_two_uploads_at_once_one_wins_and_the_other_is_told(platform, employer, sample):
    headers = dict(employer.headers)

    def one(key: str) -> httpx.Response:
        with httpx.Client(base_url=platform.door.url, headers=headers, timeout=30) as client:
            return send(client, sample, key)

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(one, ["left", "right"]))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    with ThreadPoolExecutor(3) as pool:
        same = list(pool.map(one, ["same"] * 3))
    assert {answer.status_code for answer in same} == {409}


def test_two_uploads_at_once_under_one_key_get_one_answer(platform, employer, sample):
    headers = dict(employer.headers)

    def one(_: int) -> httpx.Response:
        with httpx.Client(base_url=platform.door.url, headers=headers, timeout=30) as client:
            return send(client, sample, "same")

    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(one, range(3)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["submission_id"] for answer in answers}) == 1


def test_a_submission_is_there_for_its_employer_only(platform, employer, sample):
    location = send(employer, sample).headers["location"]
    with platform.http(*platform.client()) as other:
        assert_problem(other.get(location), 404, "not-found")
        assert_problem(other.get(location + "/lines"), 404, "not-found")
        mine = send(other, sample)
        assert mine.status_code == 201
    assert_problem(employer.get("/v1/submissions/not-an-id"), 404, "not-found")


def test_no_social_security_number_leaves_the_door(employer, sample):
    answer = send(employer, sample.replace(b"900010001*", b"90001000X*"))
    lines = employer.get(answer.headers["location"] + "/lines")
    for text in (answer.text, lines.text):
        assert "90001000" not in text


@pytest.mark.parametrize("authorization", ["", "Basic Zm9vOmJhcg==", "Bearer forged"])
def test_without_a_token_in_force_nobody_comes_in(platform, sample, authorization):
    with platform.http() as stranger:
        headers = {"authorization": authorization} if authorization else {}
        answer = send(stranger, sample, **headers)
        assert_problem(answer, 401, "unauthenticated")
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_token_without_the_scope_is_refused(platform, sample):
    with platform.http(*platform.client("withholding.remittances.read")) as reader:
        assert_problem(send(reader, sample), 403, "forbidden")
