"""docs/how-to-add.md, done: each of its lists in a copy of the project, where it must suffice."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = Path(__file__).resolve().parent / "how_to_add"
PAGE = (ROOT / "docs" / "how-to-add.md").read_text(encoding="utf-8")

# By heading of the page: the file, what stands there, and what stands there afterwards.
EDITS: dict[str, list[tuple[str, str, str]]] = {
    "An app": [
        (
            "houshayu/settings.py",
            '"returnees", "transfers"]',
            '"returnees", "transfers", "parcels"]',
        ),
        ("pyproject.toml", '"transfers", "coordination"', '"transfers", "parcels", "coordination"'),
        (
            "pyproject.toml",
            'layers = ["coordination", "transfers",',
            'layers = ["coordination", "transfers | parcels",',
        ),
        (
            "tests/test_access_walk.py",
            '    "outbox": Needs(',
            '    "parcels:parcel_list": Needs("parcels.view_parcel"),\n'
            '    "parcels:parcel_hand_out": Needs("parcels.hand_out_parcel", method="post",'
            " given=a_parcel),\n"
            '    "api:parcel-list GET": Needs("parcels.view_parcel"),\n'
            '    "outbox": Needs(',
        ),
        (
            "tests/test_access_walk.py",
            "RULES: dict[",
            "def a_parcel(world: World, user: User) -> dict[str, Any]:\n"
            "    from parcels.models import Parcel\n\n"
            '    parcel = Parcel.objects.create(place=world.hotel, text="302", arrived_at=NOW)\n'
            '    return {"pk": parcel.pk}\n\n\nRULES: dict[',
        ),
    ],
    "A field of the registration form": [
        (
            "returnees/models/journey.py",
            "    entry_port = personal(",
            '    terminal = personal(JOURNEY, models.CharField("Terminal", max_length=10,'
            " blank=True))\n    entry_port = personal(",
        ),
        ("returnees/forms/journey.py", '"entry_port", "days_', '"entry_port", "terminal", "days_'),
        (
            "returnees/sheets/registration.py",
            "nat_negative_elsewhere pickup\n        case.travel_group",
            "nat_negative_elsewhere pickup\n        case.travel_group terminal",
        ),
    ],
    "An observation kind": [
        (
            "policy/vocabulary.py",
            "    HEALTH_MONITORING = ",
            '    VILLAGE = "village", _("Village observation")\n    HEALTH_MONITORING = ',
        ),
        (
            "policy/data/policies.json",
            '[{"kind": "centralized", "days": 14}, {"kind": "health_monitoring",',
            '[{"kind": "centralized", "days": 14}, {"kind": "village",',
        ),
    ],
    "A duty": [
        (
            "returnees/duties.py",
            "DUTIES = [\n",
            "DUTIES = [\n    Duty(\n"
            '        code="added", label="Added", heading="Added", sentence="Added: %(number)s",\n'
            '        about="returnees.case",\n'
            "        waits=\"SELECT held.case_id AS about_id, '' AS occurrence, held.place_id,"
            " NULL::bigint AS other_place_id, NULL::bigint AS user_id, held.started_at AS due_at,"
            " jsonb_build_object('number', (SELECT number FROM returnees_case"
            " WHERE id = held.case_id)) AS says"
            ' FROM returnees_custody held WHERE held.ended_at IS NULL",\n'
            "        ladder=(Step(after=AT_ONCE, roles=WORKERS),),\n"
            '        permission="returnees.change_case", url=_case_url,\n    ),\n',
        )
    ],
    "A page": [
        (
            "transfers/urls.py",
            "urlpatterns = [\n",
            'urlpatterns = [\n    path("handoffs/summary/", summary.handoff_summary,'
            ' name="handoff_summary"),\n',
        ),
        ("transfers/urls.py", "import handoffs, prints", "import handoffs, prints, summary"),
        (
            "tests/test_access_walk.py",
            '    "transfers:handoff_list": Needs(',
            '    "transfers:handoff_summary": Needs("transfers.view_handoff"),\n'
            '    "transfers:handoff_list": Needs(',
        ),
    ],
    "A printed sheet": [
        (
            "returnees/sheets/kinds.py",
            "    NOTICE = ",
            '    DOOR = "door", "Door sheet"\n    NOTICE = ',
        ),
        (
            "returnees/sheets/__init__.py",
            "SHEETS: dict[str, Callable[[Case, str], str]] = {\n",
            'def door_sheet(case: Case, second: str = "") -> str:\n'
            '    """The number of the case, for the door."""\n'
            '    return _sheet("door", case, second_language(case.person, second))\n\n\n'
            "SHEETS: dict[str, Callable[[Case, str], str]] = {\n"
            "    SheetKind.DOOR: door_sheet,\n",
        ),
        (
            "returnees/panels.py",
            "    _sheet(SheetKind.NOTICE,",
            "    _sheet(SheetKind.DOOR, 95),\n    _sheet(SheetKind.NOTICE,",
        ),
    ],
}
# Made anew by a command; the page names it among the files.
GENERATED = {
    "An app": {"docs/keeping.md"},
    "A field of the registration form": {"docs/keeping.md"},
}
# What every list leaves unsaid: the sentences that were added, here those of all together.
CATALOG = "locale/zh_Hans/LC_MESSAGES/django.po"
# What must hold for everything there is, and so for what was added.
PROMISES = [
    "tests/test_conventions.py",
    "tests/houshayu/test_keeping.py",
    "tests/houshayu/test_frame.py",
    "tests/policy/test_policy.py::test_the_published_rules_use_every_kind_of_observation",
]


def named(heading: str) -> set[str]:
    """The files that the page says one touches."""
    part = re.split(r"^## ", PAGE, flags=re.MULTILINE)
    text = next(each for each in part if each.startswith(heading + "\n"))
    return set(re.findall(r"^- `([^`]+)`", text, re.MULTILINE))


@pytest.mark.parametrize("heading", EDITS)
def test_the_page_names_the_files_that_are_touched(heading: str) -> None:
    touched = {path for path, _old, _new in EDITS[heading]} | GENERATED.get(heading, set())

    assert named(heading) == touched


def test_little_is_touched() -> None:
    # Six with the catalog; a field has one for each language of the returnees.
    assert len(named("An app") | {CATALOG}) <= 6
    assert len(named("A field of the registration form")) <= 4
    assert len(named("A duty")) == 1


def test_what_the_page_says_suffices(tmp_path: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.splitlines()  # fmt: skip
    for name in listed:
        if (ROOT / name).is_file() and not name.startswith(("tests/how_to_add", "bench/")):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, tmp_path / name)
    for example in ("app", "page", "sheet"):
        shutil.copytree(EXAMPLES / example, tmp_path, dirs_exist_ok=True)
    shutil.copyfile(EXAMPLES / "checks.py", tmp_path / "tests" / "test_added.py")
    with (tmp_path / CATALOG).open("a", encoding="utf-8") as catalog:
        catalog.write((EXAMPLES / "catalog.po").read_text(encoding="utf-8"))
    for po in tmp_path.glob("locale/*/LC_MESSAGES/*.po"):
        polib.pofile(po).save_as_mofile(po.with_suffix(".mo"))
    for edits in EDITS.values():
        for path, old, new in edits:
            text = (tmp_path / path).read_text(encoding="utf-8")
            assert old in text, (path, old)
            (tmp_path / path).write_text(text.replace(old, new), encoding="utf-8")

    def run(*command: str) -> None:
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PYTEST", "HOUSHAYU_VAR"))
        }
        done = subprocess.run(
            [sys.executable, *command],
            cwd=tmp_path,
            env=environment | {"HOUSHAYU_MODE": "test", "PYTHONPATH": str(tmp_path)},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    run("-W", "ignore::RuntimeWarning", "manage.py", "makemigrations")
    run("manage.py", "check")
    run("manage.py", "write_keeping_page")
    run("-m", "ruff", "check", "parcels", "transfers/views/summary.py")
    run("-c", "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())")
    run(
        "-m", "pytest", "-n", "0", "tests/test_added.py", "tests/test_access_walk.py", *PROMISES,
        "-k", "not test_access_walk or parcel or summary or every_route",
    )  # fmt: skip
    changed = {
        name
        for name in listed
        if (tmp_path / name).is_file()
        and (tmp_path / name).read_bytes() != (ROOT / name).read_bytes()
    }
    assert changed == {CATALOG}.union(*map(named, EDITS))
