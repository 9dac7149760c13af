"""Debian's Chromium on the frontend's page: what a reader does, and what the page then shows."""

import contextlib
import json
import os
import re
import urllib.parse

import httpx
from axe_core_python.base import AXE_SCRIPT
from selenium import webdriver
from selenium.common.exceptions import TimeoutException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait

from dice import preloaded

# Chromium reports every 4xx and 5xx answer as a console error; those are the API's business and tested as such.
BY_DESIGN = "network"

ROWS = """
return [...document.querySelectorAll("#waterfall [data-span]")].map((row) => {
  const lane = row.querySelector(".lane").getBoundingClientRect();
  const shape = row.querySelector(".bar .shape")?.getBoundingClientRect();
  return {
    id: row.dataset.span, name: row.querySelector(".operation").textContent, text: row.textContent,
    level: Number(row.getAttribute("aria-level")), kind: row.querySelector(".bar")?.getAttribute("class") ?? "",
    hatched: row.querySelector("[fill='url(#hatch)']") !== null,
    left: shape ? (shape.left - lane.left) / lane.width : null,
    right: shape ? (shape.right - lane.left) / lane.width : null, pixel: 1 / lane.width,
  };
});
"""


def start_browser():
    """A headless Chromium that can reach nothing but this machine and logs its console and its requests."""
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    environment = os.environ | {"LD_PRELOAD": preloaded("no_netlink")}
    return webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver", env=environment))


@contextlib.contextmanager
def visit(driver, url):
    """The page at the URL; at the end nothing may have been wrong and no request may have left the machine."""
    driver.get("about:blank")
    for log in ("browser", "performance"):
        driver.get_log(log)
    page = Page(driver, url)
    page.view(1280)
    yield page
    assert page.complaints() == []
    assert [request for request in page.requests() if not request.startswith((url, "data:", "about:"))] == []


class Page:
    """The frontend's page in a browser."""

    def __init__(self, driver, url):
        self.driver = driver
        self.url = url
        self._requests = []

    def open(self, **query):
        """Opens the page, with these URL parameters, and waits for the list of dice or the reason why there is none."""
        self.driver.get(f"{self.url}/?{urllib.parse.urlencode(query)}")
        self.wait(lambda: self.options() or self.shown("die-problem"))

    def view(self, width, dark=False):
        """Sets the size of the window and the colour scheme that the reader prefers."""
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})

    def block(self, *patterns):
        """From now on requests to these URLs fail; none, where there is no pattern."""
        self.driver.execute_cdp_cmd("Network.enable", {})
        self.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": list(patterns)})

    # What a reader does

    def choose(self, die, element="die"):
        """Selects a die, or an option of another list."""
        Select(self.element(element)).select_by_value(die)

    def roll(self):
        """Presses Roll and waits for the answer."""
        self.element("roll").click()
        self.wait(lambda: self.find("#result .foot") and "aria-busy" not in self.form_attributes())

    def roll_async(self, die, times):
        """Rolls a batch."""
        self.choose(die)
        checkbox = self.element("async")
        if not checkbox.is_selected():
            checkbox.click()
        self.fill_times(times)
        self.roll()

    def fill_times(self, times):
        field = self.element("times")
        field.clear()
        field.send_keys(str(times))

    def press(self, *keys):
        """Types into whatever has the focus."""
        for key in keys:
            self.driver.switch_to.active_element.send_keys(key)

    def focus(self, identifier):
        """Gives the keyboard's focus to the element."""
        self.driver.execute_script("document.getElementById(arguments[0]).focus()", identifier)

    # What the page shows

    def element(self, identifier):
        return self.driver.find_element(By.ID, identifier)

    def find(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, identifier):
        return self.element(identifier).text

    def shown(self, identifier):
        return self.element(identifier).is_displayed()

    def options(self):
        return [option.get_attribute("value") for option in self.find("#die option")]

    def form_attributes(self):
        return self.driver.execute_script("return document.getElementById('roll-form').getAttributeNames()")

    def trace_id(self):
        """The trace that the result names."""
        return self.find("#result a[data-trace]")[0].text

    def rows(self):
        """The waterfall's rows: ids, texts, and where the bars are, as parts of the lane's width."""
        return self.driver.execute_script(ROWS)

    def rolls(self):
        """Those of the rows that are rolls of a batch."""
        return [row for row in self.rows() if re.fullmatch(r"async_roll_\d+", row["name"])]

    def focused(self):
        """The span whose row has the focus."""
        return self.driver.execute_script("return document.activeElement.dataset.span ?? null")

    def focused_element(self):
        """The id of whatever has the focus."""
        return self.driver.execute_script("return document.activeElement.id")

    def run(self, script, *arguments):
        """The value of an async function's body, run in the page."""
        wrapped = f"""
          const done = arguments[arguments.length - 1];
          (async (...given) => {{ {script} }})(...arguments)
            .then((value) => done({{ value }}), (error) => done({{ error: String(error) }}));
        """
        outcome = self.driver.execute_async_script(wrapped, *arguments)
        assert "error" not in outcome, outcome["error"]
        return outcome.get("value")

    # Waiting

    def wait(self, condition, timeout=10):
        """Waits until the condition holds; where it never does, the error has what the browser noticed meanwhile."""
        try:
            return WebDriverWait(self.driver, timeout, poll_frequency=0.05).until(lambda _: condition())
        except TimeoutException as error:
            error.msg = "\n".join(entry["message"] for entry in self.driver.get_log("browser"))
            raise

    def wait_for_status(self, text, timeout=20):
        """Waits until the trace's status line contains the text."""
        self.wait(lambda: text in self.text("trace-status"), timeout)

    # What the browser noticed

    def requests(self):
        """The URLs of all requests since the page object was made."""
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                self._requests.append(message["params"]["request"]["url"])
        return self._requests

    def complaints(self):
        """Errors of scripts, violations of the content security policy, and whatever else the console says."""
        return [entry for entry in self.driver.get_log("browser") if entry["source"] != BY_DESIGN]

    def accessibility_faults(self):
        """What axe-core finds that is serious or critical, and which of its rules broke on the page."""
        self.driver.execute_script(AXE_SCRIPT)
        results = self.run("return await axe.run()")
        faults = [
            (violation["id"], [node["html"] for node in violation["nodes"]])
            for violation in results["violations"]
            if violation["impact"] in ("serious", "critical")
        ]
        return faults + [(rule["id"], "broke") for rule in results["incomplete"] if not rule["nodes"]]


def stored_spans(frontend_url, trace_id):
    """The spans of a trace as the frontend gives them, by id: `(name, start, end, parent)`, times in nanoseconds."""
    body = httpx.get(f"{frontend_url}/traces/{trace_id}").raise_for_status().json()
    spans = [span for batch in body["batches"] for scope in batch["scopeSpans"] for span in scope["spans"]]
    return {
        span["spanId"]: (
            span["name"],
            int(span["startTimeUnixNano"]),
            int(span["endTimeUnixNano"]),
            span.get("parentSpanId"),
        )
        for span in spans
    }
