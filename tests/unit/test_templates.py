"""Templates lie with the app whose views render them, so that whoever reads one knows where its context is made."""

import ast

import pytest

from tests.imports import ROOT, modules

TEMPLATES = ROOT / "templates"
APPS = ("migrator", "profiling", "mapping", "exporting")
# Parts that several pages include, and the pages of Django's own sign-in.
SHARED = {"components", "registration"}
EXEMPT = {"migrator.styleguide"}


def rendering() -> list[str]:
    """The modules of the apps that name templates."""
    apart = [module for module in modules() if module not in EXEMPT and module.partition(".")[0] in APPS]
    return [module for module in apart if templates_of(module)]


def templates_of(module: str) -> set[str]:
    """The templates that a module names, without the part after #."""
    tree = ast.parse(modules()[module].read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    named = set()
    for call in calls:
        for text in ast.walk(call):
            # The beginning of an f-string such as f"mapping/steps.html{part}" is a constant of its own.
            if isinstance(text, ast.Constant) and isinstance(text.value, str) and ".html" in text.value:
                named.add(text.value.partition("#")[0])
    return {name for name in named if (TEMPLATES / name).is_file()}


@pytest.mark.parametrize("module", rendering())
def test_an_app_renders_its_own_templates(module):
    folders = {name.partition("/")[0] for name in templates_of(module)}
    assert folders <= {module.partition(".")[0]} | SHARED


def test_every_template_of_an_app_is_used():
    rendered = {name for module in rendering() for name in templates_of(module)}
    texts = [path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html")]
    for app in APPS:
        for path in (TEMPLATES / app).glob("*.html"):
            name = f"{app}/{path.name}"
            used = name in rendered or any(f'include "{name}"' in text for text in texts)
            assert used or name == "migrator/styleguide.html", name
