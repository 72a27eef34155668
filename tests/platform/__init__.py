"""Tests of the technical layer."""  # noqa: A005 - the package that it mirrors has this name
