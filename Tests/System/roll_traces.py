"""The traces that rolls make."""

# Two spans in the frontend, two in the roller, one in the die-service and the batch; the rolls come on top.
AROUND_ROLLS = 6
# So long that no roll ends before its client leaves.
ENDLESS = {"ROLL_MAX_DELAY_MS": "36000000"}
SINGLE_ROLL = [
    "frontend SERVER GET /roll",
    "  frontend CLIENT GET",
    "    dice-roller SERVER GET /roll",
    "      dice-roller CLIENT GET",
    "        die-service SERVER GET /dice",
]


def outline(times):
    """Of a batch of so many."""
    return [
        "frontend SERVER GET /roll-async",
        "  frontend CLIENT GET",
        "    dice-roller SERVER GET /roll-async",
        "      dice-roller CLIENT GET",
        "        die-service SERVER GET /dice",
        "      dice-roller INTERNAL async_roll_batch",
        *sorted(f"        dice-roller INTERNAL async_roll_{index}" for index in range(times)),
    ]


def traced(stack_or_url, client, target, count):
    """The answer and its trace of that many spans."""
    answer = client.get(stack_or_url.frontend_url + target)
    return answer, stack_or_url.collector.trace(answer.headers["traceresponse"].split("-")[1], count)
