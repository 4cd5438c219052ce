"""What is wrong with a file, and where exactly."""

from __future__ import annotations

import time

import pytest

from simulator.ir import Status
from simulator.languages import load_rules
from tests.languages.sigma.reading import load, told

RULE = """\
title: A rule
id: 6f0e2b0a-5f0e-4c0b-9a53-0d6a6f0e2b0a
logsource:
  category: process_creation
  product: windows
detection:
  selection:
    Image|endswith: '\\a.exe'
    CommandLine|contains:
      - one
      - two
  condition: selection
level: low
"""

CASES = {
    "unknown modifier": (
        ("Image|endswith", "Image|endwith"),
        "8:11 invalid: unknown modifier 'endwith', did you mean 'endswith'?",
    ),
    "unknown second modifier": (
        ("CommandLine|contains:", "CommandLine|contains|al:"),
        "9:26 invalid: unknown modifier 'al', did you mean 'all'?",
    ),
    "bad regex in a list": (
        ("CommandLine|contains:\n      - one\n      - two", "CommandLine|re:\n      - one\n      - 'two('"),
        "11:9 invalid: Regular expression 'two(' is invalid: missing ) at position 4",
    ),
    "regex null": (
        ("Image|endswith: '\\a.exe'", "Image|re: null"),
        "8:15 invalid: found null, expected a regular expression",
    ),
    "mapping as value": (
        ("- two", "- two: 2"),
        "11:9 invalid: found a mapping, expected a text, a number, true, false or null",
    ),
    "bad network": (
        ("Image|endswith: '\\a.exe'", "Image|cidr: 10.0.0.1/8"),
        "8:17 invalid: Invalid CIDR expression: 10.0.0.1/8 has host bits set",
    ),
    "comparison with a text": (
        ("Image|endswith: '\\a.exe'", "Image|gte: much"),
        "8:16 invalid: Modifier SigmaGreaterThanEqualModifier incompatible to value type of 'much'",
    ),
    "unknown selection": (
        ("condition: selection", "condition: selection and not filtre"),
        "12:32 invalid: unknown selection 'filtre'",
    ),
    "unknown selection, quoted": (
        ("condition: selection", "condition: 'not selecton'"),
        "12:19 invalid: unknown selection 'selecton', did you mean 'selection'?",
    ),
    "pattern of no selection": (
        ("condition: selection", "condition: 1 of selektion_*"),
        "12:19 invalid: no selection is named 'selektion_*', did you mean 'selection'?",
    ),
    "condition that breaks off": (
        ("condition: selection", "condition: selection and"),
        "12:27 invalid: the condition cannot be read: found 'the end', expected the name of a selection, "
        "`1 of …`, `all of …`, `not` or `(`",
    ),
    "pipe": (
        ("condition: selection", "condition: selection | count() > 5"),
        "12:14 invalid: The pipe syntax in Sigma conditions has been deprecated and replaced by Sigma correlations. "
        "pySigma doesn't supports this syntax.",
    ),
    "condition no text": (
        ("condition: selection", "condition: 5"),
        "12:14 invalid: a condition must be text such as `selection and not filter`",
    ),
    "no condition": (("  condition: selection\n", ""), "6:1 invalid: the condition is missing"),
    "no detection": (
        (RULE[RULE.index("detection:") : RULE.index("level")], ""),
        "1:1 invalid: the rule has no detection",
    ),
    "detection is a list": (
        (RULE[RULE.index("detection:") : RULE.index("level")], "detection: [a]\n"),
        "6:12 invalid: a detection must be a mapping of selections and a condition",
    ),
    "empty selection": (
        (RULE[RULE.index("  selection:") : RULE.index("  condition")], "  selection: {}\n"),
        "7:3 invalid: the selection is empty",
    ),
    "only a condition": (
        (RULE[RULE.index("  selection:") : RULE.index("  condition")], ""),
        "6:1 invalid: there is no selection",
    ),
    "key twice": (("condition: selection", "selection: {a: b}"), "12:3 invalid: the key 'selection' stands here twice"),
    "key no text": (
        ("CommandLine|contains:", "1:"),
        "9:5 invalid: a key must be text, found int; write it in quotes: '1'",
    ),
    "merge key": (
        ("  condition:", "  <<: {a: b}\n  condition:"),
        "12:3 invalid: merge keys (<<) are not part of Sigma",
    ),
    "broken YAML": (("      - two", "     - two"), "11:6 invalid: is not YAML: did not find expected key"),
    "tag": (("- two", "- !!python/object:os.system two"), None),
    "set": (("- two", "- !!set two"), None),
    "no logsource": (
        (RULE[RULE.index("logsource:") : RULE.index("detection")], ""),
        "1:1 invalid: the logsource is missing",
    ),
    "empty logsource": (
        ("  category: process_creation\n  product: windows", "  prodct: windows"),
        "3:1 invalid: a logsource must give a category, a product or a service",
    ),
    "category no text": (("category: process_creation", "category: [a]"), "4:13 invalid: found ['a'], expected text"),
    "misspelt category": (
        ("category: process_creation", "category: proces_creation"),
        "4:13 warning: unknown category 'proces_creation', did you mean 'process_creation'?",
    ),
    "no title": (("title: A rule", "author: me"), None),
    "bad level": (
        ("level: low", "level: hihg"),
        "13:8 invalid: 'hihg' is not a valid Sigma rule level, did you mean 'high'?",
    ),
    "id no UUID": (
        ("6f0e2b0a-5f0e-4c0b-9a53-0d6a6f0e2b0a", "mine"),
        "2:5 warning: Sigma rule identifier must be an UUID",
    ),
    "custom taxonomy": (
        ("level: low", "taxonomy: ecs"),
        "13:11 unsupported: the taxonomy 'ecs' is not Sigma's own",
    ),
    "older Sigma": (("level: low", "action: global"), None),
    "too many dashes": (
        ("Image|endswith: '\\a.exe'", "Image|windash: ' -a -b -c -d'"),
        None,
    ),
    "UTF-16 of more than ASCII": (
        ("Image|endswith: '\\a.exe'", "Image|wide|base64: 'ä'"),
        "8:24 unsupported: only ASCII texts can be encoded as UTF-16",
    ),
    "placeholder without values": (
        ("Image|endswith: '\\a.exe'", "Image|expand: '%tools%'"),
        "8:19 unsupported: the placeholder %tools% has no values; give them in a YAML file beside the rules: "
        "placeholders: {tools: [value, …]}",
    ),
    "exists of no boolean": (
        ("Image|endswith: '\\a.exe'", "Image|exists: 'yes'"),
        "8:19 invalid: Modifier SigmaExistsModifier incompatible to value type of 'yes'",
    ),
}


@pytest.mark.parametrize("case", [name for name, (_, message) in CASES.items() if message])
def test_where_and_what(tmp_path, case):
    (old, new), message = CASES[case]
    assert old in RULE
    ruleset = load(tmp_path, RULE.replace(old, new))
    assert told(ruleset) == [message]
    assert len(ruleset.rules) == (1 if " warning: " in message else 0)
    assert ruleset.files[0].status.value == ("ok" if " warning: " in message else message.split()[1].rstrip(":"))


@pytest.mark.parametrize(
    ("case", "start"),
    [
        ("tag", "11:9 invalid: is not YAML: could not determine a constructor for the tag"),
        ("set", "11:9 invalid: is not YAML: could not determine a constructor for the tag"),
        ("no title", "1:1 invalid: "),
        ("older Sigma", "13:1 unsupported: `action`"),
        ("too many dashes", "8:20 unsupported: windash modifier expands at most three"),
    ],
)
def test_where_and_roughly_what(tmp_path, case, start):
    (old, new), _ = CASES[case]
    (said,) = told(load(tmp_path, RULE.replace(old, new)))
    assert said.startswith(start)


BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{this}: &{this} [{', '.join(['*' + last] * 10)}]\n" for last, this in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "start"),
    [
        (RULE + BOMB, "1:1 invalid: YAML aliases expand to too many nodes"),
        (RULE + "x: &x [*x]\n", "1:1 invalid: Recursive YAML structure"),
        (RULE + "x: " + "[" * 250_000 + "]" * 250_000, "1:1 invalid: is nested too deeply"),
        (
            RULE.replace("condition: selection", "condition: " + "(" * 5000 + "selection" + ")" * 5000),
            "12:14 invalid: a condition may have",
        ),
        (
            RULE.replace("condition: selection", "condition: " + "not " * 2400 + "selection"),
            "12:14 invalid: the condition is nested",
        ),
        (RULE.replace("condition: selection", "condition: " + " or ".join(["selection"] * 700)), ""),
        (RULE.replace("Image|endswith: '\\a.exe'", "Image|re: '((a{1,1000}){1,1000}){1,1000}'"), ""),
        (
            RULE.replace("Image|endswith: '\\a.exe'", "Image|re: '" + "(" * 20_000 + ")" * 20_000 + "'"),
            "8:15 invalid: Regular",
        ),
        (RULE + "x: " + "- " * 250_000, "1:1 invalid: is nested too deeply"),
        (RULE + "x: " + "[{" * 250_000, "1:1 invalid: is nested too deeply"),
        (RULE + "x: " + "9" * 100_000 + "\n", "1:1 invalid: is not YAML"),
        (RULE + "#" * (1 << 20), "0:0 invalid: is larger than 1 MiB"),
        (RULE.replace("- two", "- " + "1" * 5000), "1:1 invalid: is not YAML"),
    ],
    ids=[
        "aliases",
        "recursion",
        "depth",
        "parentheses",
        "nots",
        "ors",
        "regex",
        "regex depth",
        "lists",
        "mappings",
        "digits",
        "size",
        "number",
    ],
)
def test_hostile_files_end_quickly(tmp_path, text, start):
    began = time.process_time()
    said = told(load(tmp_path, text))
    assert time.process_time() - began < 3
    assert [one[: len(start)] for one in said] == ([start] if start else [])


def test_not_utf8(tmp_path):
    path = tmp_path / "rule.yml"
    path.write_bytes(RULE.encode() + b"author: \xff\xfe\n")
    (said,) = told(load_rules([path]))
    assert said == "14:9 invalid: is not UTF-8: invalid start byte"


def test_one_broken_file_does_not_stop_the_others(tmp_path):
    (tmp_path / "a.yml").write_text("detection: [", encoding="utf-8")
    (tmp_path / "b.yml").write_text(RULE, encoding="utf-8")
    (tmp_path / "c.yml").write_text(RULE.replace("condition: selection", "condition: x"), encoding="utf-8")
    ruleset = load_rules([tmp_path])
    assert [rule.name for rule in ruleset.rules] == ["sigma/b"]
    assert [(file.path[-5:], file.status) for file in ruleset.files] == [
        ("a.yml", Status.INVALID),
        ("b.yml", Status.OK),
        ("c.yml", Status.INVALID),
    ]


def test_one_broken_document_does_not_stop_the_others_of_its_file(tmp_path):
    ruleset = load(tmp_path, RULE.replace("condition: selection", "condition: x") + "---\n" + RULE)
    assert told(ruleset) == ["12:14 invalid: unknown selection 'x'"]
    assert [rule.location.line for rule in ruleset.rules] == [15]


def test_many_broken_documents_end_quickly(tmp_path):
    began = time.process_time()
    text = "---\n".join([RULE.replace("condition: selection", "condition: x")] * 900)
    ruleset = load(tmp_path, text)
    assert len(ruleset.problems) == 900
    assert time.process_time() - began < 10
    assert told(load(tmp_path, "a: b\n--- {detection: 1}\n" + "---\na: b\n" * 1000)) == [
        "1:1 invalid: has more than 1,000 documents"
    ]


def test_a_pattern_over_selections_cannot_hang(tmp_path):
    name = "a" * 60
    text = RULE.replace("selection:", f"{name}:").replace("condition: selection", f"condition: 1 of {'*a' * 25}*b")
    began = time.process_time()
    (said,) = told(load(tmp_path, text))
    assert time.process_time() - began < 2
    assert said.startswith("12:19 invalid: no selection is named")
