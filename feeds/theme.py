"""The templates of the pages: ours, and those of a folder that replace them (jinja2 is known here alone).

A template of a theme may build on ours of the same name, which it finds below `newsdesk/`.
"""

from __future__ import annotations

import traceback
from base64 import b64encode
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined, TemplateError
from jinja2.exceptions import TemplateNotFound, TemplateSyntaxError
from markupsafe import Markup

TEMPLATES = Path(__file__).with_name("templates")
STYLE = "newspaper.css"


class BrokenTemplate(Exception):
    """A template that cannot be drawn: its file, its line where known, and what is wrong, in one line."""

    def __init__(self, place: str, said: str) -> None:
        super().__init__(f"{place}: {said}")


def draw(folder: Path | None, template: str, **said: Any) -> bytes:
    """A page by its template, the folder's own or ours; raises BrokenTemplate for one that is at fault."""
    if folder is not None and not folder.is_dir():
        raise BrokenTemplate(str(folder), "is no folder")
    environment = _environment(folder, _stamp(folder))
    try:
        style = environment.get_template(STYLE).render()
        said |= {"style": _as_it_is(style), "style_hash": _hash(style)}
        return environment.get_template(template).render(said).encode()
    except Exception as error:  # templates are code: whatever they raise is their fault
        if folder is None:
            raise
        raise _broken(error, folder) from error


def fingerprint(folder: Path | None) -> str:
    """What tells whether templates have changed: the sha256 of ours and of the folder's."""
    files = [path for place in (TEMPLATES, folder) if place for path in sorted(place.glob("*"))]
    digest = sha256()
    for path in files:
        if path.is_file():
            digest.update(f"{path.name}\n{path.stat().st_size}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def _as_it_is(style: str) -> Markup:
    return Markup(style)  # noqa: S704  a template, and no text of anyone's


def _hash(style: str) -> str:
    """The style as a Content-Security-Policy names it (CSP 3 §2.3.1)."""
    return f"sha256-{b64encode(sha256(style.encode()).digest()).decode()}"


def _stamp(folder: Path | None) -> tuple[tuple[str, int, int], ...]:
    """What the files of a theme looked like: jinja2 does not see a template that is put before ours."""
    files = [(file.name, file.stat()) for file in sorted(folder.iterdir())] if folder else []
    return tuple((name, said.st_mtime_ns, said.st_size) for name, said in files)


@lru_cache(maxsize=4)
def _environment(folder: Path | None, stamp: tuple[tuple[str, int, int], ...]) -> Environment:
    ours = FileSystemLoader(TEMPLATES)
    own = [FileSystemLoader(folder)] if folder else []
    return Environment(
        loader=ChoiceLoader([*own, ours, PrefixLoader({"newsdesk": ours})]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _broken(error: Exception, folder: Path) -> BrokenTemplate:
    said = str(error).partition("\n")[0] or type(error).__name__
    if isinstance(error, TemplateSyntaxError):
        return BrokenTemplate(f"{error.filename or folder}:{error.lineno}", said)
    if isinstance(error, TemplateNotFound):
        said = f"there is no template {error.name!r}"
    elif not isinstance(error, TemplateError):
        said = f"{type(error).__name__}: {said}"
    places = [
        f"{frame.filename}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).parent in (folder, TEMPLATES) and Path(frame.filename).suffix != ".py"
    ]
    return BrokenTemplate(places[-1] if places else str(folder), said)
