"""The habits of STYLE.md that a machine can check, over every model, page and stylesheet."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import get_args, get_type_hints

import grimp
import polib
import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, Q

from houshayu.moods import Mood
from houshayu.roles import ROLE_PERMISSIONS

ROOT = Path(__file__).resolve().parent.parent
APPS = (*settings.APPS_BELOW_THE_ROOF, "coordination")
CATALOG = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"


def own_models() -> list[type[models.Model]]:
    """Ours, without the tables in which pghistory keeps their history."""
    return [
        model
        for name in APPS
        for model in apps.get_app_config(name).get_models()
        if not hasattr(model, "pgh_tracked_model")
    ]


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders or APPS:
        yield from (
            path for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts
        )


def is_a_view(path: Path) -> bool:
    """A module of views: views.py, or one of a package of that name."""
    return "views" in path.relative_to(ROOT).with_suffix("").parts


def templates() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.html"))


def stylesheets() -> list[Path]:
    return sorted((ROOT / "static" / "css").glob("*.css"))


def finds(pattern: str, paths: list[Path]) -> list[str]:
    """file:line and the text, for each place where the pattern is found."""
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in paths
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if re.search(pattern, line)
    ]


def lookups(condition: Q) -> Iterator[str]:
    for child in condition.children:
        if isinstance(child, Q):
            yield from lookups(child)
        else:
            yield child[0]


def constrained(model: type[models.Model]) -> set[str]:
    """Names of the fields whose values a check constraint lists."""
    return {
        lookup.rpartition("__")[0]
        for constraint in model._meta.constraints
        if isinstance(constraint, CheckConstraint)
        for lookup in lookups(constraint.condition)
        if lookup.endswith(("__in", "__contained_by"))
    }


def test_what_is_chosen_from_a_list_is_constrained_to_it() -> None:
    lists = {frozenset(each.values) for each in models.TextChoices.__subclasses__()}

    free = [
        f"{model.__name__}.{each.name}"
        for model in own_models()
        for each in model._meta.concrete_fields
        if (one := each.base_field if isinstance(each, ArrayField) else each).choices
        and frozenset(value for value, _label in one.flatchoices) in lists
        and each.name not in constrained(model)
    ]

    assert free == []


def declared_permissions() -> set[str]:
    return {
        f"{model._meta.app_label}.{codename}"
        for model in apps.get_models()
        for codename in (
            *(f"{action}_{model._meta.model_name}" for action in model._meta.default_permissions),
            *(codename for codename, _name in model._meta.permissions),
        )
    }


def granted_permissions() -> set[str]:
    return set().union(*ROLE_PERMISSIONS.values())


def test_every_permission_of_a_role_is_declared_by_a_model() -> None:
    assert granted_permissions() - declared_permissions() == set()


@pytest.mark.parametrize("app", APPS)
def test_an_app_says_who_holds_its_own_permissions_and_no_others(app: str) -> None:
    if (ROOT / app / "roles.py").exists():
        table = importlib.import_module(f"{app}.roles").MAY

        assert [each for each in table if not each.startswith(f"{app}.")] == []


def test_the_kernel_names_no_permission_of_another_app() -> None:
    others = "|".join(
        permission for permission in granted_permissions() if not permission.startswith("houshayu.")
    )

    assert finds(rf"\b({others})\b", list(sources("houshayu"))) == []


def test_every_permission_the_code_asks_for_is_held_by_some_role() -> None:
    nodes = [
        node for path in sources() for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    ]
    # Where a serializer finds a value, as "policy.code", and the model that a duty is about are
    # written like a permission.
    found_at = {
        id(node.value)
        for node in nodes
        if isinstance(node, ast.keyword) and node.arg in ("source", "about")
    }
    named = {
        node.value
        for node in nodes
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in found_at
        and re.fullmatch(rf"({'|'.join(APPS)})\.[a-z_]+", node.value)
        and importlib.util.find_spec(node.value) is None
    }
    in_templates = {
        ".".join(found)
        for path in templates()
        for found in re.findall(r"perms\.(\w+)\.(\w+)", path.read_text(encoding="utf-8"))
    }

    assert named
    assert (named | in_templates) - granted_permissions() == set()


def test_what_a_page_asks_of_this_place_is_a_permission_too() -> None:
    known = {permission.partition(".")[2] for permission in granted_permissions()}

    asked = {
        found
        for path in templates()
        for found in re.findall(r"\bmay(?:_\w+)?\.(\w+)", path.read_text(encoding="utf-8"))
    }

    assert asked
    assert asked - known == set()


def test_every_page_names_its_permission_or_is_known_not_to() -> None:
    """Those are for every user, for the one whose it is, or, in the last line, for everybody."""
    free = {
        *(
            "home",
            "inbox",
            "message_detail",
            "inbox_read",
            "message_read",
            "inbox_bulk",
            "certificate_verify",
        ),
        *("job_list", "job_detail", "job_file"),
        *("savedview_list", "savedview_open"),
        *("savedview_save", "savedview_change", "savedview_delete"),
        *("healthz", "set_language"),
    }

    unnamed = {
        node.name
        for path in sources()
        if is_a_view(path)
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
        and [each.arg for each in node.args.args[:1]] == ["request"]
        and not node.name.startswith("_")
        and "permission_required" not in "".join(map(ast.dump, node.decorator_list))
    }

    assert unnamed == free


def test_no_app_reaches_another_by_reflection() -> None:
    assert finds(r"rel\.related_model|_default_manager\.model", list(sources())) == []


def test_no_module_is_longer_than_a_reader_takes_in() -> None:
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in sources()
        if path.name != "__init__.py"
    }

    assert {name: lines for name, lines in lengths.items() if lines > 400} == {}
    assert median(lengths.values()) <= 70


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph = grimp.build_graph(*APPS, exclude_type_checking_imports=True)
    imported = {each: graph.find_modules_directly_imported_by(each) for each in graph.modules}

    assert [
        each
        for each in sorted(graph.modules)
        if any(graph.chain_exists(other, each) for other in imported[each])
    ] == []


def test_no_domain_module_asks_the_clock() -> None:
    real_time = r"timezone\.now\(|datetime\.now\(|date\.today\(|utcnow\("

    assert finds(real_time, list(sources("policy", "returnees", "transfers", "coordination"))) == []


def test_only_what_serves_a_request_or_a_task_asks_for_the_present_moment() -> None:
    asking = {
        path.relative_to(ROOT).as_posix()
        for path in sources()
        if "clock.now()" in path.read_text(encoding="utf-8") and not is_a_view(path)
    }

    # bulk.py serves what is chosen on a list.
    outer = {"tasks.py", "filters.py", "middleware.py", "context_processors.py", "bulk.py"}
    assert [
        path
        for path in sorted(asking)
        if not {"api", "management"} & set(path.split("/")) and path.split("/")[-1] not in outer
    ] == []


def test_stylesheets_serve_readers_from_either_side() -> None:
    sided = r"(^|[\s;{])([a-z-]+-)?(left|right)\s*:|(text-align|float|clear)\s*:\s*(left|right)"

    assert finds(sided, stylesheets()) == []


def test_colours_have_names_and_their_values_stand_in_one_file() -> None:
    # The screen's colours; paper has its own, in the one file that WeasyPrint reads.
    palettes = {"tokens.css", "print.css"}
    others = [path for path in stylesheets() if path.name not in palettes]

    assert finds(r":[^;{]*#[0-9a-fA-F]{3,8}\b", others) == []
    scripts = sorted((ROOT / "static" / "js").glob("*.js"))
    assert finds(r"""["']#[0-9a-fA-F]{3,8}["']""", scripts) == []


@pytest.mark.parametrize(
    "inline",
    [r"<script(?![^>]*\ssrc=)", r"<style\b", r"\sstyle\s*=", r"\son[a-z]+\s*=", r"\shx-on"],
)
def test_pages_carry_no_script_and_no_style_of_their_own(inline: str) -> None:
    assert finds(inline, templates()) == []


def test_no_page_loads_anything_from_elsewhere() -> None:
    assert finds(r"""(src|href)\s*=\s*["'](https?:)?//""", templates()) == []


def shown_as_status() -> set[type[models.TextChoices]]:
    """The enums that {% status record.standing %} shows, by what the models say of theirs."""
    returned = [
        get_type_hints(model.standing.fget)["return"]
        for model in own_models()
        if isinstance(getattr(model, "standing", None), property)
    ]
    members = {each for hint in returned for each in (get_args(hint) or (hint,))}
    return members - {type(None)}


def test_every_status_that_is_shown_has_a_mood() -> None:
    assert shown_as_status()
    assert [
        f"{enum.__name__}.{member.name}"
        for enum in shown_as_status()
        for member in enum
        if not isinstance(member.mood, Mood)
    ] == []


def test_the_stylesheet_knows_the_moods_and_their_icons_alone() -> None:
    icons = {getattr(each, "icon", "") for enum in shown_as_status() for each in enum} - {""}
    css = (ROOT / "static" / "css" / "status.css").read_text(encoding="utf-8")

    assert set(re.findall(r"\.status-([\w-]+)", css)) == {
        *Mood,
        *(f"icon-{each}" for each in icons),
    }


def test_no_template_chooses_the_colour_of_a_status() -> None:
    moods = "|".join(Mood)

    assert finds(rf"\bstatus-(?!({moods})\b)", templates()) == []
    assert finds(r"""class="[^"]*\bstatus\b[^"]*{[{%]""", templates()) == []
    assert finds(rf"""{{% status "(?!({moods})")""", templates()) == []
    assert finds(rf"\.tile\.is-(?!({moods})\b)", stylesheets()) == []


def test_no_line_of_a_template_is_longer_than_a_reader_takes_in() -> None:
    # djangofmt breaks tags and attributes; what stands inside one tag is left to the writer.
    assert finds(r"^.{121,}", templates()) == []


DIRECTIONS = re.compile(
    r"{#.*?#}|{% comment.*?{% endcomment %}"  # notes to the reader of the template
    r"|{% blocktrans.*?{% endblocktrans\w* %}"  # what is translated
    r"|{% block look %}.*?{% endblock %}"  # a class of the style sheet
    r"|{%.*?%}|{{.*?}}",
    re.DOTALL,
)
MARKUP = re.compile(r"<[^>]*>|&\w+;")


def words(template: Path) -> list[str]:
    """What a page says in its own words, whatever the language of the reader."""
    text = MARKUP.sub(" ", DIRECTIONS.sub(" ", template.read_text(encoding="utf-8")))
    return re.findall(r"[^\W\d_]{2,}|°C", text)


def test_pages_say_nothing_that_is_not_translated() -> None:
    # Signs that are the same in every language, the name of the place, and that of a language.
    same = {"°C", "PDF", "MRZ", "Houshayu", "后沙峪", "中文", "English"}

    spoken = {
        f"{path.relative_to(ROOT)}: {word}"
        for path in templates()
        for word in words(path)
        if word not in same
    }

    assert spoken == set()


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> polib.POFile:
    """The messages of the sources as they are now, extracted into a copy."""
    copy = tmp_path_factory.mktemp("extraction")
    for folder in (*APPS, "templates"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("*.pyc"))
    (copy / "locale").mkdir()
    command = [sys.executable, "-m", "django", "makemessages", "--locale", "zh_Hans", "--no-wrap"]
    subprocess.run(command, cwd=copy, check=True, capture_output=True)
    return polib.pofile(str(copy / CATALOG.relative_to(ROOT)))


def translations(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def test_every_message_is_in_the_catalog_and_translated(fresh: polib.POFile) -> None:
    catalog = {(each.msgctxt, each.msgid): each for each in polib.pofile(str(CATALOG))}

    missing = [each.msgid for each in fresh if (each.msgctxt, each.msgid) not in catalog]
    unfinished = [
        each.msgid
        for each in catalog.values()
        if not each.obsolete and (each.fuzzy or not all(translations(each)))
    ]

    assert (missing, unfinished) == ([], [])


# Code renders, shows, returns or notifies: one word, one meaning. `houshayu.telling` alone tells.
TOLD = r"(?i)(?<![a-z])(told|untold|tells)(?![a-z])"
# What makes a reader stop in a sentence: "without leave", "for who was seen", "waits no more".
STUMBLE = r"(?i)\b(told|tells|without leave|no more\b(?! than)|symptomless|(for|of|by|with) who\b)"


def test_code_and_docs_use_plain_verbs() -> None:
    written = [
        *sources(*APPS, "bench", "tests"),
        *templates(),
        *(ROOT / "docs").glob("*.md"),
        ROOT / "README.md",
    ]

    assert finds(TOLD, [path for path in written if path != Path(__file__)]) == []


def test_what_users_read_is_plain_english(fresh: polib.POFile) -> None:
    sentences = {text for each in fresh for text in (each.msgid, each.msgid_plural)}

    assert [each for each in sorted(sentences) if re.search(STUMBLE, each)] == []
