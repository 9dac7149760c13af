"""The README's chart: CPU time per request of each peer as bars, one group a work, in SVG without a script or font."""

from html import escape

WIDTH, BAR, GAP, LABEL = 860, 18, 6, 150
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #24292f } .title { font-weight: 600 } .bar { fill: #8c959f }
.own { fill: #f05138 } @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .bar { fill: #6e7681 } }
"""


def draw(groups):
    """The SVG of `groups`: (title, [(label, microseconds)]) in their order."""
    lines, y = [], 24
    for title, rows in groups:
        lines.append(f'<text class="title" x="0" y="{y}">{escape(title)}</text>')
        y += 14
        longest = max(value for _, value in rows)
        for label, value in rows:
            width = max(1.0, value / longest * (WIDTH - LABEL - 90))
            kind = "own" if label == "LoopHTTP" else "bar"
            lines.append(f'<text x="{LABEL - 8}" y="{y + 14}" text-anchor="end">{escape(label)}</text>')
            lines.append(f'<rect class="{kind}" x="{LABEL}" y="{y}" width="{width:.1f}" height="{BAR}" rx="2"/>')
            lines.append(f'<text x="{LABEL + width + 6:.1f}" y="{y + 14}">{value:.2f} µs</text>')
            y += BAR + GAP
        y += 28
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y - 20}" role="img"'
    label = "CPU time per request by server, less is better"
    return "\n".join([f'{head} aria-label="{label}">', f"<style>{STYLE}</style>", *lines, "</svg>"]) + "\n"
