#!/usr/bin/env python3
"""Writes the pages under /docs from openapi.json: index.html and problems.html, static, without scripts.

Run it after changing the document; a test compares. The pages and style.css are compiled into the server."""

import html
import json
import pathlib
import re

HERE = pathlib.Path(__file__).parent
METHODS = ("get", "put", "post", "delete")


def text(markdown):
    """A sentence with `code` in it."""
    escaped = html.escape(markdown, quote=False)
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escaped)


def anchor(operation):
    return html.escape(operation["operationId"])


def name_of(reference):
    return reference.rsplit("/", 1)[1]


class Pages:
    def __init__(self, document):
        self.document = document
        self.schemas = document["components"]["schemas"]

    def resolve(self, schema):
        return self.schemas[name_of(schema["$ref"])] if "$ref" in schema else schema

    def type_of(self, schema):
        """A type in a few words, with links to the schemas it is made of."""
        if "$ref" in schema:
            name = name_of(schema["$ref"])
            return f'<a href="#schema-{name}">{name}</a>'
        if "const" in schema:
            return f"<code>{html.escape(json.dumps(schema['const']))}</code>"
        if "enum" in schema:
            return " or ".join(f"<code>{html.escape(str(word))}</code>" for word in schema["enum"])
        if "oneOf" in schema and "properties" not in schema:
            return " or ".join(self.type_of(one) for one in schema["oneOf"])
        if schema.get("type") == "array":
            return "list of " + self.type_of(schema["items"])
        kinds = schema.get("type", "any")
        return " or ".join(kinds) if isinstance(kinds, list) else kinds

    def about(self, schema):
        words = [text(self.resolve(schema)["description"])] if "description" in self.resolve(schema) else []
        if "default" in schema:
            words.append(f"Default: <code>{html.escape(json.dumps(schema['default']))}</code>.")
        return " ".join(words)

    def fields(self, schema):
        rows = []
        for name, field in schema.get("properties", {}).items():
            mark = "" if name in schema.get("required", []) else ' <span class="optional">optional</span>'
            rows.append(f"<tr><th><code>{html.escape(name)}</code>{mark}</th><td>{self.type_of(field)}</td>"
                        f"<td>{self.about(field)}</td></tr>")
        return f'<div class="table"><table>{"".join(rows)}</table></div>' if rows else ""

    def parameters(self, operation):
        schema = {"properties": {}, "required": []}
        for one in operation.get("parameters", []):
            described = {**one["schema"]}
            if "description" in one:
                described["description"] = one["description"]
            where = {"query": "", "path": " (in the path)", "header": " (header)"}[one["in"]]
            schema["properties"][one["name"] + where] = described
            if one["required"]:
                schema["required"].append(one["name"] + where)
        return self.fields(schema)

    def body(self, operation):
        if "requestBody" not in operation:
            return ""
        schema = self.resolve(operation["requestBody"]["content"]["application/json"]["schema"])
        examples = "".join(f"<pre>{html.escape(json.dumps(one, ensure_ascii=False))}</pre>"
                           for one in schema.get("examples", []))
        return "<h4>Body</h4>" + self.fields(schema) + examples

    def replies(self, operation):
        rows = []
        for status, reply in operation["responses"].items():
            if "$ref" in reply:
                codes = re.sub(r"`(\w+)`", r'<a href="docs/problems#\1"><code>\1</code></a>', reply["description"])
                rows.append(f"<tr><th>{status}</th><td>{codes}</td></tr>")
                continue
            schemas = [content["schema"] for content in reply["content"].values()]
            shape = self.type_of(schemas[0]) + ". " if "$ref" in schemas[0] else ""
            rows.append(f"<tr><th>{status}</th><td>{shape}{text(reply['description'])}</td></tr>")
        return f'<h4>Replies</h4><div class="table"><table>{"".join(rows)}</table></div>'

    def operation(self, path, method, operation):
        return (f'<section class="call" id="{anchor(operation)}">'
                f'<h3><span class="method {method}">{method.upper()}</span> <code>{html.escape(path)}</code></h3>'
                f'<p class="summary">{text(operation["summary"])}</p>'
                + (f'<p>{text(operation["description"])}</p>' if "description" in operation else "")
                + self.parameters(operation) + self.body(operation) + self.replies(operation) + "</section>")

    def operations(self, tag):
        return [(path, method, item[method]) for path, item in self.document["paths"].items() for method in METHODS
                if method in item and item[method]["tags"] == [tag]]

    def schema(self, name):
        schema = self.schemas[name]
        return (f'<section id="schema-{name}"><h3>{name}</h3><p>{self.about(schema)}</p>'
                + (self.fields(schema) or f"<p>{self.type_of(schema)}</p>") + "</section>")

    def index(self):
        tags = self.document["tags"]
        requests = {name_of(operation["requestBody"]["content"]["application/json"]["schema"]["$ref"])
                    for tag in tags for _, _, operation in self.operations(tag["name"]) if "requestBody" in operation}
        shown = [name for name in self.schemas if name not in requests]
        navigation = "".join(
            f'<li><b>{tag["name"]}</b><ul>' + "".join(
                f'<li><a href="#{anchor(operation)}"><span class="method {method}">{method.upper()}</span> '
                f'{html.escape(path)}</a></li>' for path, method, operation in self.operations(tag["name"])) + "</ul></li>"
            for tag in tags)
        calls = "".join(
            f'<h2>{tag["name"]}</h2><p>{text(tag["description"])}</p>'
            + "".join(self.operation(*one) for one in self.operations(tag["name"])) for tag in tags)
        schemas = "".join(self.schema(name) for name in shown)
        info = self.document["info"]
        return page(
            "Holdfast: the calls", "docs/style.css",
            f'<nav aria-label="Calls"><ul>{navigation}<li><a href="#schemas"><b>Shapes</b></a></li>'
            f'<li><a href="docs/problems"><b>Problems</b></a></li></ul></nav>'
            f'<main><h1>{info["title"]} <small>{info["version"]}</small></h1><p>{text(info["summary"])}</p>'
            f'<p>{text(info["description"])}</p><p>For programs: <a href="v1/openapi.json">openapi.json</a>. '
            f'Every refusal is a <a href="docs/problems">problem</a>.</p>{calls}'
            f'<h2 id="schemas">Shapes</h2>{schemas}</main>')

    def problems(self):
        rows = "".join(
            f'<tr id="{code}"><th><code>{code}</code></th><td>{one["status"]}</td>'
            f'<td>{html.escape(one["title"])}</td><td>{text(one["remedy"])}</td></tr>'
            for code, one in self.document["x-problems"].items())
        return page("Holdfast: problems", "style.css",
                    '<main><h1>Problems</h1><p>Every refusal is <code>application/problem+json</code> (RFC 9457) with a '
                    'stable <code>code</code>. <a href="../docs">The calls</a>.</p><div class="table"><table>'
                    f'<tr><th>code</th><th>status</th><th>title</th><th>what to do</th></tr>{rows}</table></div></main>')


def page(title, style, content):
    return ('<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f'<title>{title}</title>\n<link rel="stylesheet" href="{style}">\n</head>\n<body>\n'
            + re.sub(r"(</(?:tr|section|h[1-4]|p|ul|nav|div|pre)>)", r"\1\n", content) + "\n</body>\n</html>\n")


def pages():
    """File names and what is to be in them."""
    written = Pages(json.loads((HERE / "openapi.json").read_text()))
    return {"index.html": written.index(), "problems.html": written.problems()}


if __name__ == "__main__":
    for name, content in pages().items():
        (HERE / name).write_text(content)
