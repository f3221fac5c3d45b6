"""What a printed sheet costs over its floor: laying the same page out and writing no PDF.

HOUSHAYU_MODE=demonstration python -m bench.printing
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

ROWS = 40
SHEETS = 50
ROUNDS = 7


def sample_sheet(number: int, head: str = "") -> str:
    """A registration sheet of 40 rows, label and value in Chinese and English."""
    from houshayu.bilingual import Both
    from houshayu.printing import qr_svg

    labels = [
        Both("姓名", "Name in Chinese"),
        Both("姓（与护照一致）", "Surname (as in passport)"),
        Both("出生日期", "Date of birth"),
        Both("国籍（地区）", "Nationality (region)"),
        Both("证件类型", "Document type"),
        Both("航班号", "Flight number"),
        Both("在京住址", "Address in Beijing"),
        Both("过去14天旅居史", "Travel and residence history in the past 14 days"),
    ]
    values = [
        Both("北京首都国际机场", "Beijing Capital International Airport"),
        Both("2020年3月20日", "20 March 2020"),
        Both("集中观察", "Centralized observation"),
        Both("外国人永久居留身份证", "Foreign permanent resident ID card"),
        Both("本人已如实填写以上信息", "I have given the above truthfully"),
    ]
    rows = "".join(
        f"<tr><th scope='row'>{labels[row % len(labels)].html()}</th>"
        f"<td>{values[(row + number) % len(values)].html()}</td></tr>"
        for row in range(ROWS)
    )
    case = f"HSY-{number:06d}"
    return (
        f'<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8"><title>{case}</title>'
        f'{head}</head><body><article class="sheet"><header class="sheet-head">'
        f'<div class="qr">{qr_svg(case, meaning="QR code of the case")}</div>'
        f"<h1>{Both('境外返京人员信息登记表', 'Registration form').html()}</h1>"
        f'<p class="sheet-number">{case}</p></header><table>{rows}</table></article></body></html>'
    )


def seconds(act: Callable[[], object]) -> float:
    """CPU time of this process: the work is bound to one core, and the machine is shared."""
    started = time.process_time()
    act()
    return time.process_time() - started


def measure() -> list[dict[str, Any]]:
    """One sheet, and fifty in one file per sheet, each beside its floor and as a ratio to it.

    The floor is HTML.render() as WeasyPrint comes, of the same page with the same style sheet.
    It is taken in turn with what is measured, so that a busy machine slows both.
    """
    from weasyprint import HTML

    from houshayu import printing

    style = f"<style>{printing.static_file('css/print.css').decode()}</style>"
    sheets = [sample_sheet(number) for number in range(SHEETS)]
    styled = sample_sheet(0, head=style)
    floors: list[float] = []

    def take_floor() -> None:
        page = HTML(string=styled)
        floors.append(seconds(page.render))

    def sheets_between_floors() -> Iterator[str]:
        for sheet in sheets:
            take_floor()
            yield sheet

    printing.pdf(sheets[0])
    singles = []
    for _ in range(ROUNDS):
        take_floor()
        singles.append(seconds(lambda: printing.pdf(sheets[0])))
    one = _figure("one registration sheet", median(singles), median(floors), goal=2.0)

    floors.clear()
    together = seconds(lambda: printing.many_pdfs(sheets_between_floors())) - sum(floors)
    floor = sum(floors) / SHEETS
    return [one, _figure("a sheet of 50 in one PDF", together / SHEETS, floor, goal=1.2)]


def _figure(name: str, taken: float, floor: float, goal: float) -> dict[str, Any]:
    return {
        "name": name,
        "seconds": round(taken, 4),
        "floor_seconds": round(floor, 4),
        "ratio": round(taken / floor, 2),
        "goal": goal,
    }


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "houshayu.settings")
    django.setup()
    for figure in measure():
        print(figure)
