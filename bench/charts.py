"""Bars as SVG, by hand: readable on light and on dark pages."""

from html import escape

WIDTH, LEFT, BAR, GAP, TOP = 860, 330, 20, 10, 52
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328 } .title { font-weight: 600; font-size: 15px } .quiet { fill: #59636e }
  .ours { fill: #0969da } .other { fill: #8c959f } .span { stroke: #1f2328; stroke-width: 1.5 } .goal { stroke: #bc4c00; stroke-dasharray: 4 3 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc } .quiet { fill: #9198a1 } .ours { fill: #4493f8 } .other { fill: #656c76 } .span { stroke: #f0f6fc }
    .goal { stroke: #f0883e }
  }"""


def bar(at, place, name, value, least, most, scale, unit):
    y = TOP + place * (BAR + GAP)
    length = max(value * scale, 1)
    middle = y + BAR / 2
    return (f'<text x="{LEFT - 8}" y="{y + 15}" text-anchor="end">{escape(name)}</text>'
            f'<rect class="{at}" x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR}" rx="3"/>'
            f'<line class="span" x1="{LEFT + least * scale:.1f}" x2="{LEFT + most * scale:.1f}" y1="{middle}" y2="{middle}"/>'
            f'<text x="{LEFT + max(length, most * scale) + 8:.1f}" y="{y + 15}" class="quiet">{value:,.3g}{unit}</text>')


def bars(title, subtitle, rows, unit, goal=None):
    """rows: (name, median, least, most, whether it is ours). The goal is a dashed line."""
    most = max([row[3] for row in rows] + ([goal] if goal else []))
    scale = (WIDTH - LEFT - 110) / most
    height = TOP + len(rows) * (BAR + GAP) + 14
    drawn = [bar("ours" if ours else "other", place, name, value, least, upper, scale, unit)
             for place, (name, value, least, upper, ours) in enumerate(rows)]
    if goal:
        x = LEFT + goal * scale
        drawn.append(f'<line class="goal" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 4}" y2="{height - 12}"/>')
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" role="img" '
            f'aria-label="{escape(title)}">\n<style>{STYLE}\n</style>\n<text x="12" y="20" class="title">{escape(title)}</text>\n'
            f'<text x="12" y="38" class="quiet">{escape(subtitle)}</text>\n' + "\n".join(drawn) + "\n</svg>\n")
