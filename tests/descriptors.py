"""Rich Data Package descriptors of both versions, for tests of the profile."""

from __future__ import annotations

from typing import Any

TYPED: dict[str, dict[str, Any]] = {
    "string": {"format": "email", "constraints": {"minLength": 1, "maxLength": 9, "pattern": "a+", "enum": ["a", "b"]}},
    "number": {
        "decimalChar": ",",
        "groupChar": " ",
        "bareNumber": False,
        "constraints": {"minimum": 0.5, "maximum": "9.5", "enum": [1, 2.5]},
    },
    "integer": {"constraints": {"minimum": 0, "maximum": "9", "required": True, "unique": True, "enum": ["1", "2"]}},
    "boolean": {"trueValues": ["yes"], "falseValues": ["no"], "constraints": {"enum": [True]}},
    "date": {"format": "%d.%m.%Y", "constraints": {"minimum": "2000-01-01", "maximum": "2030-01-01"}},
    "time": {"format": "any", "constraints": {"minimum": "10:00:00"}},
    "datetime": {"constraints": {"maximum": "2030-01-01T00:00:00Z", "enum": ["2020-01-01T00:00:00Z"]}},
    "year": {"constraints": {"minimum": 1990, "maximum": "2030", "enum": [2000, 2001]}},
    "yearmonth": {"constraints": {"minimum": "1990-01"}},
    "duration": {"constraints": {"minimum": "P1D", "maximum": "P1Y", "enum": ["P1M"]}},
    "geopoint": {"format": "array", "constraints": {"enum": [[90, 45]]}},
    "geojson": {"format": "topojson", "constraints": {"enum": [{"type": "Point"}]}},
    "object": {"constraints": {"minLength": 1, "enum": [{"a": 1}]}},
    "array": {"constraints": {"maxLength": 3, "enum": [[1], [2]]}},
    "any": {"constraints": {"enum": [1, "a", None]}},
}
TYPED_2: dict[str, dict[str, Any]] = {
    **TYPED,
    "list": {
        "delimiter": ";",
        "itemType": "integer",
        "constraints": {"minLength": 1, "enum": ["1;2"]},
        "missingValues": ["", "-"],
    },
}


def fields(typed: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    texts = {"title": "Title", "description": "What it is", "example": "1", "rdfType": "https://schema.org/Thing"}
    return [{"name": f"f_{kind}", "type": kind, **texts, **more} for kind, more in typed.items()]


def second() -> dict[str, Any]:
    """Return a descriptor of version 2 in which nearly every key of the standard stands."""
    licence = {"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/", "title": "CC BY"}
    source = {"title": "Book", "path": "sources/book.txt", "email": "a@b.org", "version": "1"}
    table = {
        "name": "Таблица 1",
        "type": "table",
        "path": "data/table.csv",
        "title": "Table",
        "description": "A table",
        "homepage": "https://example.org/таблица",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": 10,
        "hash": "sha256:0123456789abcdef",
        "sources": [source],
        "licenses": [{"name": "CC0-1.0"}],
        "dialect": {
            "delimiter": ";",
            "quoteChar": "'",
            "escapeChar": "\\",
            "header": True,
            "headerRows": [1, 2],
            "headerJoin": "-",
            "commentRows": [3],
            "commentChar": "#",
            "lineTerminator": "\n",
            "doubleQuote": True,
            "nullSequence": "NA",
            "skipInitialSpace": False,
            "property": "rows",
            "itemType": "object",
            "itemKeys": ["id"],
            "sheetNumber": 1,
            "sheetName": "A",
            "table": "t",
        },
        "schema": {
            "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
            "fields": [
                *fields(TYPED_2),
                {"name": "bare"},
                {"name": "fruit", "type": "string", "categories": ["a", "b"], "categoriesOrdered": True},
                {
                    "name": "level",
                    "type": "integer",
                    "groupChar": " ",
                    "categories": [{"value": 1, "label": "low"}, {"value": 2}],
                    "constraints": {"exclusiveMinimum": 0, "exclusiveMaximum": "3", "enum": [1]},
                    "missingValues": [{"value": "", "label": "none"}, {"value": "-"}],
                },
            ],
            "fieldsMatch": "subset",
            "primaryKey": ["f_string", "f_integer"],
            "uniqueKeys": [["f_string"], ["f_string", "f_integer"]],
            "foreignKeys": [
                {"fields": ["f_string"], "reference": {"resource": "inline", "fields": ["a"]}},
                {"fields": "f_integer", "reference": {"fields": "f_integer"}},
            ],
            "missingValues": [{"value": ""}, {"value": "-99", "label": "refused"}],
        },
    }
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "rich",
        "id": "b03ec84",
        "title": "Rich",
        "description": "Much in it",
        "homepage": "https://example.org",
        "version": "1.0.0",
        "created": "2024-05-31T12:00:00Z",
        "keywords": ["a", "b"],
        "image": "images/logo.png",
        "licenses": [licence, {"path": "LICENSE"}],
        "contributors": [
            {"title": "A B", "givenName": "A", "familyName": "B", "email": "a@b.org", "roles": ["creator"]},
            {"path": "https://example.org", "organization": "Org"},
        ],
        "sources": [source, {"title_ru": "Книга"}],
        "resources": [
            table,
            {"name": "parts", "path": ["data/a.csv", "data/b.csv"], "schema": "schemas/a.json"},
            {"name": "inline", "data": [{"a": 1}]},
            {
                "name": "text",
                "data": "a\n1\n",
                "format": "csv",
                "schema": {"fields": [{"name": "a"}], "primaryKey": "a"},
            },
        ],
        "own:key": {"any": ["thing", 1, None]},
    }


def first() -> dict[str, Any]:
    """Return a descriptor of version 1 in which nearly every key of the standard stands."""
    table = {
        "profile": "tabular-data-resource",
        "name": "table-1",
        "path": "data/table.csv",
        "title": "Table",
        "description": "A table",
        "homepage": "https://example.org",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": 10,
        "hash": "0123456789abcdef0123456789ABCDEF",
        "sources": [],
        "licenses": [{"path": "LICENSE"}],
        "dialect": {
            "csvddfVersion": 1.2,
            "delimiter": ";",
            "doubleQuote": True,
            "lineTerminator": "\n",
            "quoteChar": "'",
            "escapeChar": "\\",
            "nullSequence": "NA",
            "skipInitialSpace": True,
            "header": True,
            "commentChar": "#",
            "caseSensitiveHeader": False,
        },
        "schema": {
            "fields": [*fields(TYPED), {"name": "bare", "constraints": {"minLength": 1}}],
            "primaryKey": "f_string",
            "foreignKeys": [
                {"fields": ["f_string", "bare"], "reference": {"resource": "parts", "fields": ["a", "b"]}},
                {"fields": "f_integer", "reference": {"resource": "", "fields": "f_integer"}},
            ],
            "missingValues": ["", "-"],
        },
    }
    return {
        "profile": "tabular-data-package",
        "name": "rich",
        "id": "b03ec84",
        "title": "Rich",
        "description": "Much in it",
        "homepage": "https://example.org",
        "version": "1.0.0",
        "created": "1985-04-12T23:20:50.52Z",
        "keywords": ["a"],
        "image": "https://example.org/logo.png",
        "licenses": [{"name": "CC0-1.0", "title": "CC0"}],
        "contributors": [
            {"title": "A", "path": "https://example.org", "email": "a@b.org", "role": "author", "organization": "O"}
        ],
        "sources": [{"title": "Book", "path": "book.txt", "email": "a@b.org"}],
        "resources": [
            table,
            {
                "name": "parts",
                "path": ["https://example.org/a.csv", "https://example.org/b.csv"],
                "dialect": {"header": True},
            },
            {"name": "inline", "data": {"a": 1}, "schema": "schema.json"},
        ],
    }
