"""What the tables mean: Table Schemas, rules and the package that holds them."""

from resopen.schema.folder import SchemaFolder, find_schema_folder, read_schema_folder
from resopen.schema.package import load_package
from resopen.schema.records import Dialect, Field, ForeignKey, Package, Resource, Rule, RuleTarget, Table

__all__ = [
    "Dialect",
    "Field",
    "ForeignKey",
    "Package",
    "Resource",
    "Rule",
    "RuleTarget",
    "SchemaFolder",
    "Table",
    "find_schema_folder",
    "load_package",
    "read_schema_folder",
]
