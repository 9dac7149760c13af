"""The page's pure modules, run where they live: in a browser, on the page."""

import base64

import pytest
from browser import Page, start_browser
from laboratory import laboratory

MODEL = 'const { parseTrace } = await import("./trace-model.js"); const trace = parseTrace(given[0]);'
ANALYSIS = 'const analysis = await import("./trace-analysis.js");'
PATH = (
    MODEL
    + ANALYSIS
    + "const times = ({ start, end }) => [start, end];"
    + "return [...analysis.criticalPath(trace)].map(([{ id }, own]) => [id, own.map(times)])"
)


@pytest.fixture(scope="module")
def page():
    driver = start_browser()
    with laboratory() as stack:
        page = Page(driver, stack.frontend_url)
        page.open()
        yield page
    driver.quit()


def span(identifier, start, end, parent="", **fields):
    """A span with times in milliseconds after a moment of the year 2026."""
    base = 1_795_000_000_000_000_000
    return {
        "traceId": "0" * 31 + "1",
        "spanId": identifier,
        "parentSpanId": parent,
        "name": fields.pop("name", identifier),
        "startTimeUnixNano": str(base + int(start * 1e6)),
        "endTimeUnixNano": str(base + int(end * 1e6)),
    } | fields


def attribute(key, **value):
    return {"key": key, "value": value}


def trace(*spans):
    resource = {"attributes": [attribute("service.name", stringValue="dice")]}
    return {"batches": [{"resource": resource, "scopeSpans": [{"spans": list(spans)}]}]}


A, B, C, D = (digit * 16 for digit in "abcd")


@pytest.mark.parametrize(
    "written", [A, A.upper(), base64.b64encode(bytes.fromhex(A)).decode()], ids=["hex", "upper", "base64"]
)
@pytest.mark.parametrize(
    ("kind", "code"), [(3, 2), ("SPAN_KIND_CLIENT", "STATUS_CODE_ERROR")], ids=["numbers", "names"]
)
def test_both_writings_of_ids_and_enumerations_are_read(page, written, kind, code):
    body = trace(span(written, 0, 1, kind=kind, status={"code": code}))
    read = page.run(
        MODEL + "return trace.spans.map(({ id, kind, status, service }) => ({ id, kind, status, service }))", body
    )
    assert read == [{"id": A, "kind": "CLIENT", "status": "ERROR", "service": "dice"}]


def test_values_keep_their_types(page):
    values = [
        attribute("int", intValue="7"),
        attribute("double", doubleValue=0.5),
        attribute("bool", boolValue=False),
        attribute("text", stringValue=""),
        attribute("list", arrayValue={"values": [{"intValue": "1"}, {"intValue": "2"}]}),
    ]
    read = page.run(
        MODEL + "return Object.fromEntries(trace.spans[0].attributes)", trace(span(A, 0, 1, attributes=values))
    )
    assert read == {"int": 7, "double": 0.5, "bool": False, "text": "", "list": [1, 2]}


def test_microseconds_survive_beside_the_epoch(page):
    body = trace(span(A, 0, 1), span(B, 0.001, 0.0025, A))
    assert page.run(MODEL + "return trace.spans.map(({ start, end }) => [start, end])", body) == [
        [0, 1],
        [0.001, 0.0025],
    ]


@pytest.mark.parametrize(
    ("spans", "tree"),
    [
        ([span(A, 0, 9), span(C, 5, 6, A), span(B, 1, 2, A)], [[A, 0], [B, 1], [C, 1]]),
        ([span(B, 1, 2, A), span(C, 1, 2, B)], [[B, 0], [C, 1]]),
        ([span(A, 0, 1, B), span(B, 0, 1, A)], [[A, 0], [B, 1]]),
        ([span(A, 0, 1, A)], [[A, 0]]),
    ],
    ids=["children by start", "parent away", "cycle", "own parent"],
)
def test_any_spans_make_a_tree(page, spans, tree):
    assert page.run(MODEL + "return trace.spans.map(({ id, depth }) => [id, depth])", trace(*spans)) == tree


@pytest.mark.parametrize("body", [None, {}, {"batches": []}, {"batches": [{"scopeSpans": [{"spans": []}]}]}])
def test_nothing_is_no_trace(page, body):
    assert page.run(MODEL + "return trace", body) is None


@pytest.mark.parametrize(
    ("spans", "reasons"),
    [
        ([span(A, 0, 9), span(B, 1, 2, A)], []),
        ([span(B, 1, 2, A)], ["a parent span not there"]),
        (
            [span(A, 0, 9, kind=3, attributes=[attribute("http.response.status_code", intValue="200")])],
            ["one call without the called service's span"],
        ),
        ([span(A, 0, 9, kind=3)], []),
        (
            [
                span(A, 0, 9, name="async_roll_batch", attributes=[attribute("async.batch_size", intValue="2")]),
                span(B, 1, 2, A),
            ],
            ["roll spans not there"],
        ),
    ],
    ids=["whole", "orphan", "call without server", "call without answer", "rolls away"],
)
def test_what_is_missing_is_known(page, spans, reasons):
    assert page.run(MODEL + ANALYSIS + "return analysis.missing(trace)", trace(*spans)) == reasons


def test_what_a_trace_lacks_for_good_is_said_in_other_words(page):
    answered = {"kind": 3, "attributes": [attribute("http.response.status_code", intValue="200")]}
    batch = {"name": "async_roll_batch", "attributes": [attribute("async.batch_size", intValue="2")]}
    script = MODEL + ANALYSIS + "return analysis.missing(trace, true)"
    assert page.run(script, trace(span(A, 0, 9, B, **answered))) == [
        "a parent is not in this store",
        "a called service is not traced",
    ]
    assert page.run(script, trace(span(A, 0, 9, **batch))) == ["rolls are not in this store"]


def test_the_critical_path_follows_the_child_that_ended_last(page):
    body = trace(span(A, 0, 10), span(B, 1, 3, A), span(C, 1, 8, A), span(D, 2, 7, C))
    assert dict(page.run(PATH, body)) == {A: [[8, 10], [0, 1]], C: [[7, 8], [1, 2]], D: [[2, 7]]}


def test_the_critical_path_goes_through_a_child_that_ends_after_its_parent(page):
    body = trace(span(A, 0, 10), span(B, 1, 12, A), span(C, 2, 11, B), span(D, 2, 13, A))
    assert dict(page.run(PATH, body)) == {A: [[0, 2]], D: [[2, 10]]}
    body = trace(span(A, 0, 10), span(B, 1, 12, A), span(C, 2, 11, B))
    assert dict(page.run(PATH, body)) == {A: [[0, 1]], B: [[1, 2]], C: [[2, 10]]}


def test_the_critical_path_stays_within_the_span_that_waits(page):
    body = trace(span(A, 10, 20), span(B, 0, 4, A), span(C, 5, 15, A), span(D, 6, 14, C))
    assert dict(page.run(PATH, body)) == {A: [[15, 20]], C: [[14, 15]], D: [[10, 14]]}


def test_the_marks_of_an_axis_stand_at_round_times(page):
    script = (
        'const { duration, ticks } = await import("./format.js");'
        "return ticks(0, given[0], 5).map((time) => duration(time))"
    )
    for end, second in ((900, "200 ms"), (170_000, "1 min"), (10_800_000, "1 h"), (86_400_000, "6 h")):
        assert page.run(script, end)[1] == second.replace(" ", "\N{NO-BREAK SPACE}")


def test_the_critical_path_leaves_out_what_was_cancelled(page):
    cancelled = [attribute("async.cancelled", boolValue=True)]
    body = trace(span(A, 0, 10), span(B, 0, 8, A), span(C, 0, 9, A, attributes=cancelled))
    script = MODEL + ANALYSIS + "return [...analysis.criticalPath(trace).keys()].map(({ id }) => id)"
    assert page.run(script, body) == [A, B]


def roll(identifier, start, end, parent, attributes=(), **fields):
    attributes = [attribute("async.roll_index", intValue="0"), *attributes]
    return span(identifier, start, end, parent, attributes=attributes, **fields)


BATCHES = (
    MODEL
    + ANALYSIS
    + "return analysis.batches(trace)"
    + ".map(({ batch, sum, saved, ratio, slowest }) => [batch, sum, saved, ratio, slowest.id]);"
)


def test_the_overlap_is_the_sum_of_the_rolls_against_their_batch(page):
    body = trace(span(A, 0, 400), roll(B, 0, 400, A), roll(C, 0, 300, A), roll(D, 0, 100, A))
    assert page.run(BATCHES, body) == [[400, 800, 400, 2, B]]
    steps = page.run(
        MODEL + ANALYSIS + "return analysis.inFlight(trace.spans.filter(analysis.isRoll)).map(({ count }) => count)",
        body,
    )
    assert steps == [1, 2, 3, 2, 1, 0]


def test_the_rolls_of_each_batch_are_set_against_their_own(page):
    one, other = "1" * 16, "2" * 16
    body = trace(
        span(one, 0, 400),
        roll(A, 0, 400, one),
        roll(B, 0, 200, one),
        span(other, 500, 600),
        roll(C, 500, 600, other),
        roll(D, 500, 600, other),
    )
    assert page.run(BATCHES, body) == [[400, 600, 200, 1.5, A], [100, 200, 100, 2, C]]


def test_what_failed_in_a_batch_and_what_was_cancelled_with_it(page):
    outcomes = {B: [], C: [attribute("async.cancelled", boolValue=True)], D: [attribute("async.cancelled", boolValue=False)]}
    body = trace(
        span(A, 0, 300),
        *(roll(identifier, 0, 300, A, outcome) for identifier, outcome in outcomes.items()),
        roll("e" * 16, 0, 300, A, [attribute("die.error", boolValue=True)], status={"code": 2}),
    )
    script = "const ids = (spans) => spans.map(({ id }) => id);"
    script += "return analysis.batches(trace).map(({ failed, cancelled }) => [ids(failed), ids(cancelled)]);"
    assert page.run(MODEL + ANALYSIS + script, body) == [[["e" * 16], [C]]]


@pytest.mark.parametrize(
    ("services", "hues"),
    [
        (["frontend", "dice-roller", "die-service"], [0, 1, 2]),
        (["caller", "dice-roller", "frontend"], [3, 1, 0]),
        (["a", "b", "c", "d", "e", "f"], [3, 4, 0, 2, 1, 5]),
        (["a", "b", "c", "frontend", "d", "dice-roller", "e"], [3, 4, 2, 0, 5, 1, 3]),
    ],
    ids=["ours", "with a caller", "others", "more than there are colours"],
)
def test_services_have_colours_of_their_own_as_far_as_there_are_any(page, services, hues):
    script = 'const { hueOf } = await import("./timeline.js"); return given[0].map((name) => hueOf(name, given[0]))'
    assert page.run(script, services) == hues


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (0, "0 s"),
        (0.0003, "300 ns"),
        (0.0015, "1.50 µs"),
        (0.04, "40.0 µs"),
        (0.9996, "1.00 ms"),
        (12.34, "12.3 ms"),
        (999.4, "999 ms"),
        (999.6, "1.00 s"),
        (12_340, "12.3 s"),
        (59_960, "1 min"),
        (99_960, "1 min 40 s"),
        (3_599_600, "1 h"),
        (10_800_000, "3 h"),
        (11_100_000, "3 h 5 min"),
        (90_000_000, "1 d 1 h"),
        (-3000, "−3.00 s"),
    ],
)
def test_durations_have_three_digits_or_two_units(page, milliseconds, text):
    said = page.run('return (await import("./format.js")).duration(given[0])', milliseconds)
    assert said == text.replace(" ", "\N{NO-BREAK SPACE}")
