"""A hook of mkdocs that brings into the site what lies outside of docs.

Pages link to files of the repository, as they are read there. In the site README.md is the home page, every other
Markdown file that is linked to is a page, other files are copied, and the Javadoc of a module, where it was made, is
unpacked into javadoc.
"""

import posixpath
import re
import zipfile
from pathlib import Path

from mkdocs.structure.files import File

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"\[([^\]]*)\]\((?![a-z]+:|#)([^)#\s]+)(#[^)\s]*)?\)")


def in_site(path):
    """Where a file of the repository is in the site."""
    return "index.md" if path == "README.md" else path.removeprefix("docs/")


def in_repository(uri):
    """Where a page of the site is in the repository."""
    if uri == "index.md":
        return "README.md"
    return "docs/" + uri if (ROOT / "docs" / uri).is_file() else uri


def linked(path, link):
    """The file of the repository that a link in another one leads to; of a folder its first page; or None."""
    file = posixpath.normpath(posixpath.join(posixpath.dirname(path), link))
    if (ROOT / file).is_dir():
        pages = sorted((ROOT / file).glob("*.md"))
        return pages[0].relative_to(ROOT).as_posix() if pages else None
    return file if (ROOT / file).is_file() else None


def javadoc():
    """The jar of each module that has Javadoc, by the name of the module."""
    return {jar.parents[1].name: jar for jar in sorted(ROOT.glob("evomoe-*/target/evomoe-*-javadoc.jar"))}


def on_files(files, config):
    waiting = ["README.md"] + [in_repository(file.src_uri) for file in files.documentation_pages()]
    seen = set(waiting)
    while waiting:
        path = waiting.pop()
        if in_site(path) not in files.src_uris:
            files.append(File.generated(config, in_site(path), abs_src_path=str(ROOT / path)))
        if path.endswith(".md"):
            links = LINK.findall((ROOT / path).read_text(encoding="utf-8"))
            new = {linked(path, link) for _, link, _ in links} - seen - {None}
            seen |= new
            waiting += sorted(new)
    return files


def on_page_markdown(markdown, page, config, files):
    uri = page.file.src_uri

    def link(match):
        text, there, anchor = match.groups()
        path = linked(in_repository(uri), there)
        if path is None:
            # A folder without a page has no place here; what is missing is left to the strict build.
            return text if (ROOT / posixpath.dirname(in_repository(uri)) / there).is_dir() else match[0]
        return f"[{text}]({posixpath.relpath(in_site(path), posixpath.dirname(uri) or '.')}{anchor or ''})"

    markdown = LINK.sub(link, markdown)
    if uri == "api.md":
        # As HTML, which mkdocs does not take for links to pages.
        modules = [f'- <a href="javadoc/{name}/index.html">{name}</a>' for name in javadoc()]
        markdown += "\n" + "\n".join(modules or ["None had been made when this was built."])
    return markdown


def on_post_build(config):
    for name, jar in javadoc().items():
        with zipfile.ZipFile(jar) as packed:
            packed.extractall(Path(config.site_dir) / "javadoc" / name)
