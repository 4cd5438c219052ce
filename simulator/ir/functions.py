"""What the functions of `Call`, `Measure` and `Window` mean: name -> meaning. How they run is the engine's
(`simulator/engine/functions/`), which has an entry for each of these names and no others.

A name says the meaning, not the vendor; where vendors differ there are several names. Null in, null out, unless it says
otherwise. Positions count from 0 unless it says otherwise. A result that its kind cannot hold is null: INTEGER and SPAN
have 64 bits, REALs are finite, TIMEs lie in the years 1 to 9999, texts made by repeating have at most a million
characters. A pattern is a regular expression as in `Regex`, with flags of its own (a text such as "i" or ""); a text
that is no pattern, network, path or format gives null.
"""

from __future__ import annotations

FUNCTIONS: dict[str, str] = {
    # Conditions
    "if": "(BOOLEAN, x, …, x) -> x: the value after the first condition that is true (not false, not null), else the "
    "last; nulls pass",
    "coalesce": "(x, x, …) -> x: the first that is not null; nulls pass",
    "equal": "(x, x) -> BOOLEAN: equal values of one kind; texts by code point",
    "less": "(x, x) -> BOOLEAN: strictly before, in the order of `Key`",
    "and": "(BOOLEAN, …) -> BOOLEAN: three-valued",
    "or": "(BOOLEAN, …) -> BOOLEAN: three-valued",
    "not": "(BOOLEAN) -> BOOLEAN",
    "is_null": "(x) -> BOOLEAN: never null",
    # Numbers
    "add": "(INTEGER, INTEGER) -> INTEGER or (REAL, REAL) -> REAL or (TIME, SPAN) -> TIME or (SPAN, SPAN) -> SPAN",
    "subtract": "as `add`, and (TIME, TIME) -> SPAN",
    "multiply": "(INTEGER, INTEGER) -> INTEGER or (REAL, REAL) -> REAL or (SPAN, INTEGER) -> SPAN",
    "divide": "(REAL, REAL) -> REAL or (SPAN, SPAN) -> REAL: by zero is null",
    "floor": "(REAL) -> REAL",
    "ceiling": "(REAL) -> REAL",
    "truncate": "(REAL) -> REAL: towards zero",
    "round": "(REAL, INTEGER digits) -> REAL: the value's shortest decimal text, rounded half away from zero",
    "round_half_even": "(REAL, INTEGER digits) -> REAL: the same, half to the even digit",
    "round_down_to": "(x, x step) -> x, of INTEGER, REAL or SPAN: the greatest multiple that is not above; step > 0",
    "divide_integers": "(INTEGER, INTEGER) -> INTEGER: towards zero; by zero is null",
    "remainder": "(x, x) -> x, of INTEGER, REAL or SPAN: with the sign of the first; by zero is null",
    "modulo": "(x, x) -> x, of INTEGER, REAL or SPAN: with the sign of the second; by zero is null",
    "negate": "(x) -> x, of INTEGER, REAL or SPAN",
    "absolute": "(x) -> x, of INTEGER, REAL or SPAN",
    "sign": "(INTEGER or REAL) -> INTEGER: -1, 0 or 1",
    "square_root": "(REAL) -> REAL: null of negative ones",
    "power": "(REAL, REAL) -> REAL: null where it is not real",
    "exponent": "(REAL) -> REAL: e to that power",
    "logarithm": "(REAL) -> REAL: natural; null unless positive",
    "logarithm_base": "(REAL, REAL base) -> REAL: null unless both are positive and the base not 1",
    "minimum_of": "(x, …) -> x: the least (in the order of `Key`) of those that are not null; nulls pass",
    "maximum_of": "(x, …) -> x: the greatest of those that are not null; nulls pass",
    "bits_and": "(INTEGER, INTEGER) -> INTEGER: in two's complement, as the next ones",
    "bits_or": "(INTEGER, INTEGER) -> INTEGER",
    "bits_xor": "(INTEGER, INTEGER) -> INTEGER",
    "bits_not": "(INTEGER) -> INTEGER",
    "shift_left": "(INTEGER, INTEGER n) -> INTEGER: of 64 bits, those beyond go; null unless 0 <= n < 64",
    "shift_right": "(INTEGER, INTEGER n) -> INTEGER: keeps the sign; null unless 0 <= n < 64",
    # Conversions
    "to_text": "(x) -> TEXT as `engine.text.text_of` writes it",
    "to_integer": "(TEXT) -> INTEGER: decimal or 0x hexadecimal, else null; (REAL) towards zero; (BOOLEAN) 0 or 1; "
    "(SPAN, TIME) its microseconds",
    "to_real": "(TEXT or INTEGER) -> REAL: decimal number, else null",
    "to_time": "(TEXT) -> TIME: ISO 8601, else null; (INTEGER) microseconds since 1970",
    "to_span": "(INTEGER) -> SPAN: microseconds",
    "to_boolean": "(TEXT) -> BOOLEAN: `true` or `false` in any case, else null; (INTEGER, REAL) whether it is not 0",
    "to_list": "(x, …) -> list of x: those that are not null; nulls pass",
    # Texts
    "length": "(TEXT) -> INTEGER: in characters (code points)",
    "byte_length": "(TEXT) -> INTEGER: in bytes of UTF-8",
    "lower": "(TEXT) -> TEXT: Unicode lower case, as str.lower",
    "upper": "(TEXT) -> TEXT: as str.upper",
    "concat": "(TEXT, …) -> TEXT: null if any is",
    "substring": "(TEXT, INTEGER from, INTEGER length) -> TEXT: a negative start or length counts as 0",
    "left": "(TEXT, INTEGER n) -> TEXT: its first n characters; none for a negative n",
    "right": "(TEXT, INTEGER n) -> TEXT: its last n characters; none for a negative n",
    "fold": "(TEXT) -> TEXT: Unicode default case folding, as str.casefold and `Case.FOLD`",
    "equal_folded": "(TEXT, TEXT) -> BOOLEAN: equal when folded",
    "contains": "(TEXT, TEXT part) -> BOOLEAN: exactly; the empty text is in every text",
    "contains_folded": "(TEXT, TEXT part) -> BOOLEAN: when both are folded",
    "starts_with": "(TEXT, TEXT part) -> BOOLEAN",
    "starts_with_folded": "(TEXT, TEXT part) -> BOOLEAN",
    "ends_with": "(TEXT, TEXT part) -> BOOLEAN",
    "ends_with_folded": "(TEXT, TEXT part) -> BOOLEAN",
    "has_term": "(TEXT, TEXT part) -> BOOLEAN: stands in it as a term, as `Term` has it",
    "has_term_folded": "(TEXT, TEXT part) -> BOOLEAN: the same when both are folded",
    "glob_matches": "(TEXT, TEXT glob) -> BOOLEAN: the whole text; `*` any text, `?` one character, no escapes",
    "glob_matches_folded": "(TEXT, TEXT glob) -> BOOLEAN: the same when both are folded",
    "index_of": "(TEXT, TEXT part) -> INTEGER: the first place, or -1",
    "index_of_from": "(TEXT, TEXT part, INTEGER from) -> INTEGER: the first place not before `from`, or -1",
    "last_index_of": "(TEXT, TEXT part) -> INTEGER: the last place, or -1",
    "count_of": "(TEXT, TEXT part) -> INTEGER: how often, without overlaps; 0 for the empty text",
    "replace": "(TEXT, TEXT part, TEXT by) -> TEXT: everywhere, exactly; an empty part changes nothing",
    "split": "(TEXT, TEXT separator) -> TEXTS: the parts between, empty ones too; an empty separator separates nothing",
    "split_at_space": "(TEXT) -> TEXTS: the parts between white space, none of them empty",
    "join": "(TEXTS, TEXT separator) -> TEXT",
    "trim": "(TEXT, TEXT characters) -> TEXT: without any of these at both ends",
    "trim_start": "(TEXT, TEXT characters) -> TEXT",
    "trim_end": "(TEXT, TEXT characters) -> TEXT",
    "trim_space": "(TEXT) -> TEXT: without white space (as str.strip) at both ends",
    "trim_space_start": "(TEXT) -> TEXT",
    "trim_space_end": "(TEXT) -> TEXT",
    "reverse": "(TEXT) -> TEXT: its characters backwards",
    "repeat": "(TEXT, INTEGER n) -> TEXT: empty for a negative n",
    "pad_start": "(TEXT, INTEGER width, TEXT fill) -> TEXT: filled up before it to `width` characters, never cut",
    "pad_end": "(TEXT, INTEGER width, TEXT fill) -> TEXT: the same after it",
    "to_code_points": "(TEXT) -> INTEGERS",
    "from_code_points": "(INTEGERS) -> TEXT: those that are no characters are left out",
    # Pieces of texts (engine/functions/pieces.py)
    "slice": "(TEXT, INTEGER from, INTEGER to) -> TEXT: without the place `to`; negative places count from the end",
    "position": "(TEXT, TEXT part, INTEGER from, BOOLEAN fold) -> INTEGER: of the part's first occurrence at or after "
    "`from` (negative is 0), else null; null beyond the text's end; `fold` compares in lower case",
    "text_between": "(TEXT, TEXT left, TEXT right, BOOLEAN greedy, BOOLEAN fold) -> TEXT: after the first `left`, up "
    "to the next `right` (greedy: the last); empty where either is not there; `fold` compares in lower case",
    "number_in_base": "(TEXT, INTEGER base) -> REAL: the number in a text, blanks around it ignored; base 0 is 16 "
    "after 0x, else 10; null where it is none",
    # Regular expressions (engine/functions/regexps.py)
    "regex_matches": "(TEXT, TEXT pattern, TEXT flags) -> BOOLEAN: found anywhere",
    "regex_extract": "(TEXT, TEXT pattern, TEXT flags, INTEGER group) -> TEXT: of the first match; 0 is the "
    "whole; null "
    "where there is no match, no such group, or the group took no part",
    "regex_extract_named": "(TEXT, TEXT pattern, TEXT flags, TEXT group) -> TEXT: the same by the group's name",
    "regex_extract_all": "(TEXT, TEXT pattern, TEXT flags, INTEGER group) -> TEXTS: of all matches, without overlaps; "
    "empty where the group took no part",
    "regex_extract_all_named": "(TEXT, TEXT pattern, TEXT flags, TEXT group) -> TEXTS: the same by the group's name",
    "regex_replace": "(TEXT, TEXT pattern, TEXT flags, TEXT by) -> TEXT: all matches; in `by` `\\0` is the "
    "match, `\\1` "
    "to `\\9` its groups, `\\\\` a backslash",
    "regex_count": "(TEXT, TEXT pattern, TEXT flags) -> INTEGER: matches, without overlaps",
    "regex_split": "(TEXT, TEXT pattern, TEXT flags) -> TEXTS: the parts between matches",
    # Lists (engine/functions/lists.py); `list` is any list kind, x its element's
    "element_at": "(list, INTEGER place) -> x: from the end where negative (-1 is the last), null outside",
    "list_length": "(list) -> INTEGER",
    "list_contains": "(list, x) -> BOOLEAN",
    "list_overlaps": "(list, list) -> BOOLEAN: whether any element is in both",
    "list_contains_all": "(list, list) -> BOOLEAN: whether every element of the second is in the first",
    "list_index_of": "(list, x) -> INTEGER: the first place, or -1",
    "list_slice": "(list, INTEGER from, INTEGER to) -> list: `to` is not in it; negative ones count from the end",
    "list_sort": "(list) -> list: ascending in the order of `Key`",
    "list_reverse": "(list) -> list",
    "list_distinct": "(list) -> list: each element at its first place",
    "list_concat": "(list, …) -> list: one after the other",
    "list_intersect": "(list, list) -> list: distinct elements of the first that are in the second",
    "list_difference": "(list, list) -> list: distinct elements of the first that are not in the second",
    "list_union": "(list, list) -> list: distinct elements of both",
    "list_minimum": "(list) -> x: null of none",
    "list_maximum": "(list) -> x: null of none",
    "list_sum": "(INTEGERS) -> INTEGER or (REALS) -> REAL: null of none",
    "list_average": "(REALS) -> REAL: null of none",
    "list_zip": "(list, …) -> DYNAMIC: an array of arrays, the first elements of all, the second ones …; null "
    "for those "
    "that the shorter lists lack",
    # Times (engine/functions/clock.py), all in UTC
    "bin_time": "(TIME, SPAN, TIME origin) -> TIME: the last of origin + n * span that is not after; null "
    "unless span > 0",
    "time_part": "(TIME, TEXT part) -> INTEGER: year, quarter, month, week (ISO 8601), day, day_of_year, "
    "day_of_week (0 is "
    "Sunday), iso_day (1 is Monday, 7 Sunday), hour, minute, second, millisecond, microsecond (of the second)",
    "start_of": "(TIME, TEXT unit) -> TIME: of its second, minute, hour, day, week (from Monday), sunday_week, month, "
    "quarter, year",
    "add_months": "(TIME, INTEGER n) -> TIME: the same day, or the month's last",
    "make_time": "(INTEGER year, month, day, hour, minute, REAL second) -> TIME: null where there is no such time",
    "format_time": "(TIME, TEXT format) -> TEXT: as C's strftime in English: a A b B d e f (six digits) F H I j "
    "m M p S s "
    "(seconds since 1970) T u w y Y z (+0000) Z (UTC) %; other letters stay as they are",
    "parse_time": "(TEXT, TEXT format) -> TIME: as C's strptime in English, the whole text, with the same "
    "letters (f one "
    "to nine digits, z also Z and +00:00); what the format lacks is that of 1970-01-01T00:00:00Z",
    # Hashes (engine/functions/hashes.py) of the text's UTF-8 as lower-case hexadecimal
    "md5": "(TEXT) -> TEXT",
    "sha1": "(TEXT) -> TEXT",
    "sha256": "(TEXT) -> TEXT",
    "sha512": "(TEXT) -> TEXT",
    "crc32": "(TEXT) -> INTEGER",
    # Encodings (engine/functions/encodings.py)
    "base64_encode": "(TEXT) -> TEXT: of its UTF-8",
    "base64_decode": "(TEXT) -> TEXT: as UTF-8, wrong bytes as U+FFFD; padding may lack; else null",
    "base64_decode_utf16": "(TEXT) -> TEXT: the same as UTF-16 little-endian (PowerShell's encoded commands)",
    "hex_encode": "(TEXT) -> TEXT: of its UTF-8, lower case",
    "hex_decode": "(TEXT) -> TEXT: as UTF-8, wrong bytes as U+FFFD, else null",
    "to_hex": "(INTEGER) -> TEXT: lower case without 0x; negative ones as 64 bits",
    "url_encode": "(TEXT) -> TEXT: all but letters, digits and -._~ of ASCII as %XX",
    "url_decode": "(TEXT) -> TEXT: %XX as UTF-8, `+` stays",
    "url_decode_plus": "(TEXT) -> TEXT: the same, `+` is a space",
    "url_part": "(TEXT url, TEXT part) -> TEXT: scheme, user, password, host, port, path, query, fragment as "
    "they stand "
    "(the host without brackets); null where there is none",
    "url_parameter": "(TEXT url, TEXT name) -> TEXT: the first of that name in the query, decoded; null where none",
    # Addresses (engine/functions/addresses.py), as `engine.text` reads them
    "ip_version": "(TEXT) -> INTEGER: 4 or 6; null of other text",
    "ip_inside": "(TEXT, TEXT network) -> BOOLEAN: as `Cidr`: other text is in none",
    "ip_private": "(TEXT) -> BOOLEAN: in 10/8, 172.16/12, 192.168/16 or fc00::/7; null of other text",
    "ip_to_integer": "(TEXT) -> INTEGER: of version 4, else null",
    "ip_from_integer": "(INTEGER) -> TEXT: version 4",
    "ip_network": "(TEXT, INTEGER bits) -> TEXT: the address with all later bits 0; null of other text",
    "ip_canonical": "(TEXT) -> TEXT: the address in its shortest form; null of other text",
    # Arrays and bags in JSON (engine/functions/dynamic.py); what is no array where one is wanted gives null
    "json_or_text": "(TEXT) -> DYNAMIC: JSON, or what is none as a string; null of blanks",
    "array_length": "(DYNAMIC) -> INTEGER",
    "array_slice": "(DYNAMIC, INTEGER from, INTEGER to) -> DYNAMIC: both in it, negative ones from the end",
    "array_concat": "(DYNAMIC, …) -> DYNAMIC: one after the other; what is no array is left out; nulls pass",
    "array_sort": "(DYNAMIC, BOOLEAN descending) -> DYNAMIC: numbers, booleans, strings, the rest; nulls last",
    "array_reverse": "(DYNAMIC) -> DYNAMIC",
    "array_join": "(DYNAMIC, TEXT between) -> TEXT: the elements' `json_text`",
    "array_sum": "(DYNAMIC) -> REAL: null unless all are numbers",
    "array_has": "(DYNAMIC, TEXT) -> BOOLEAN: the `json_text` of any element",
    "array_has_folded": "(DYNAMIC, TEXT) -> BOOLEAN: the same when both are folded",
    "array_index_of": "(DYNAMIC, TEXT) -> INTEGER: the first place with that `json_text`, or -1",
    "array_flatten": "(DYNAMIC) -> DYNAMIC: the elements of arrays in their place",
    "array_flat_set": "(DYNAMIC) -> DYNAMIC: the same, each once at its first place, without nulls",
    "array_union": "(DYNAMIC, …) -> DYNAMIC: distinct elements of all",
    "array_difference": "(DYNAMIC, DYNAMIC, …) -> DYNAMIC: distinct elements of the first that no other has",
    "array_intersection": "(DYNAMIC, DYNAMIC, …) -> DYNAMIC: distinct elements of the first that all others have",
    "array_jaccard": "(DYNAMIC, DYNAMIC) -> REAL: distinct elements in both, of those in any; null of none",
    "array_same_elements": "(DYNAMIC, DYNAMIC) -> BOOLEAN: the same distinct elements",
    "array_zip": "(DYNAMIC, …) -> DYNAMIC: an array of arrays, the first elements of all, the second ones …, null for "
    "what lacks; a bag is its single-key bags, another value itself alone; null if all are; nulls pass",
    "array_is_empty": "(DYNAMIC) -> BOOLEAN: an array or bag of nothing",
    "array_range": "(x start, x stop, x step) -> DYNAMIC, of INTEGER or REAL: up to `stop`; null of over a million",
    "array_series": "(DYNAMIC pairs, INTEGER n, DYNAMIC default) -> DYNAMIC: of an array of [place, value] an array "
    "of n values, the default where no pair has the place; nulls pass; null of over a million",
    "array_times": "(DYNAMIC) -> DYNAMIC: microseconds since 1970 as texts of times",
    "array_iff": "(DYNAMIC, DYNAMIC, DYNAMIC) -> DYNAMIC: for each boolean of the first the element of the second "
    "or third "
    "(or that value itself)",
    "bag_entries": "(DYNAMIC) -> DYNAMIC: an object as an array of [key, value]; else as it is",
    "bag_has": "(DYNAMIC, TEXT key) -> BOOLEAN: of an object, else null",
    "bag_without": "(DYNAMIC, DYNAMIC keys) -> DYNAMIC: an object without the keys (or `$.a.b`) of an array",
    "bag_without_empty": "(DYNAMIC) -> DYNAMIC: an object without nulls and empty strings",
    "bag_with_prefix": "(DYNAMIC, TEXT) -> DYNAMIC: an object with that before all keys",
    "bag_of_bags": "(DYNAMIC) -> DYNAMIC: an array's objects as one, the first that has a key wins",
    "bag_zip": "(DYNAMIC keys, DYNAMIC values) -> DYNAMIC: an object of two arrays",
    # Times as Kusto spells them (engine/functions/times.py)
    "read_any_time": "(TEXT) -> TIME: ISO 8601, RFC 822 and 850, month/day/year; null of other text",
    "parse_span": "(TEXT) -> SPAN: `d.hh:mm:ss.fffffff`, `1.5h` or days; null of other text",
    "span_text": "(SPAN) -> TEXT: `d.hh:mm:ss.fffffff`, days and fraction only where they are not 0",
    "format_time_letters": "(TIME, TEXT format) -> TEXT: yyyy yy M d H h m s f F tt, as in .NET",
    "format_span_letters": "(SPAN, TEXT format) -> TEXT: d H h m s f F",
    "time_to_zone": "(TIME, TEXT zone) -> TIME: the wall clock there, as if it were UTC; null of unknown zones",
    "time_from_zone": "(TIME, TEXT zone) -> TIME: the other way",
    # Texts as Kusto looks at them (engine/functions/strings.py)
    "has_word": "(TEXT, TEXT word) -> BOOLEAN: exactly; where the word's edge is a letter or digit, none may go on "
    "there",
    "has_word_prefix": "(TEXT, TEXT word) -> BOOLEAN: the same for its start alone",
    "has_word_suffix": "(TEXT, TEXT word) -> BOOLEAN: the same for its end alone",
    "has_any_word": "(TEXT, DYNAMIC words) -> BOOLEAN: `has_word` for any of an array, folded",
    "has_all_words": "(TEXT, DYNAMIC words) -> BOOLEAN: for every one",
    "has_any_index": "(TEXT, DYNAMIC words) -> INTEGER: the place of the first that it has, or -1",
    "null_if_empty": "(TEXT) -> TEXT: null for the empty text",
    "regex_groups": "(TEXT, TEXT pattern) -> DYNAMIC: an array of what the groups of the first match took; null of "
    "none",
    "regex_extract_groups": "(TEXT, TEXT pattern, DYNAMIC groups) -> DYNAMIC: for each match what its groups took "
    "(all, "
    "where the array names none), an array of each unless it is one group; null of no match",
    "regex_index": "(TEXT, TEXT pattern) -> INTEGER: the place of the first match, or -1",
    "regex_quote": "(TEXT) -> TEXT: a pattern for exactly this",
    "trim_regex_start": "(TEXT, TEXT pattern) -> TEXT: without a match at its start",
    "trim_regex_end": "(TEXT, TEXT pattern) -> TEXT: without a match at its end",
    "substring_either_end": "(TEXT, INTEGER from, INTEGER length) -> TEXT: negative `from` counts from the end",
    "text_index": "(TEXT, TEXT part, INTEGER from, INTEGER length, INTEGER which) -> INTEGER: the place of that "
    "occurrence "
    "(from 1, negative from the end) within so many characters (-1: all), or -1",
    "replace_texts": "(TEXT, DYNAMIC parts, DYNAMIC by) -> TEXT: one after the other",
    "translate": "(TEXT characters, TEXT by, TEXT) -> TEXT: each character by that at its place; the last for "
    "further ones",
    "repeat_text": "(TEXT, INTEGER n, TEXT between) -> TEXT: null if negative or over a million characters",
    "compare_texts": "(TEXT, TEXT) -> INTEGER: -1, 0 or 1 by code points",
    "is_ascii": "(TEXT) -> BOOLEAN",
    "text_of_code_points": "(DYNAMIC) -> TEXT",
    "ip_in_any": "(TEXT, DYNAMIC networks) -> BOOLEAN: null of other text",
    "ip_compare": "(TEXT, TEXT, INTEGER bits) -> INTEGER: -1, 0 or 1 by the first bits of two addresses or networks",
    "ip_match": "(TEXT, TEXT, INTEGER bits) -> BOOLEAN: whether those are equal",
    "ip_full_version_6": "(TEXT) -> TEXT: all eight groups; version 4 as ::ffff:a.b.c.d",
    "ip_network_version_6": "(TEXT, INTEGER bits) -> TEXT: the same with all later bits 0",
    "ip_number_of_network": "(TEXT, INTEGER bits) -> INTEGER: of version 4",
    "ip_suffix": "(TEXT) -> INTEGER: the bits of a version 4 network; 32 of an address",
    "has_ip": "(TEXT, DYNAMIC addresses) -> BOOLEAN: a version 4 address of these stands in the text",
    "has_ip_prefix": "(TEXT, DYNAMIC starts) -> BOOLEAN: one that starts like any of these",
    # Formats (engine/functions/formats.py), as Kusto's functions give them
    "url_parts": "(TEXT) -> DYNAMIC: Scheme, Host, Port, Path, Username, Password, Query Parameters, Fragment",
    "url_query_parts": "(TEXT) -> DYNAMIC: Query Parameters",
    "path_parts": "(TEXT) -> DYNAMIC: Scheme, RootPath, DirectoryPath, DirectoryName, Filename, Extension, "
    "AlternateDataStreamName",
    "command_line_parts": "(TEXT, TEXT kind) -> DYNAMIC: arguments, split as Windows does",
    "csv_fields": "(TEXT) -> DYNAMIC: of the first line",
    "xml_to_json": "(TEXT) -> DYNAMIC: attributes as @name, text beside them as #text, repetitions as arrays",
    "key_values": "(TEXT, DYNAMIC options) -> DYNAMIC: an object of pairs; delimiters of pairs, of key and value, "
    "quotes, "
    "escape, greedy",
    "version_number": "(TEXT) -> REAL: up to four parts, eight digits each",
    # JSON (engine/functions/json_.py). JSON text is compact, keys in the order they came in
    "json_parse": "(TEXT) -> DYNAMIC: null where it is no JSON",
    "to_json": "(x) -> DYNAMIC: a text as string, a TIME as ISO 8601, lists as arrays; DYNAMIC as it is",
    "json_member": "(DYNAMIC, TEXT key) -> DYNAMIC: of an object, else null",
    "json_element": "(DYNAMIC, INTEGER place) -> DYNAMIC: of an array, from the end where negative, else null",
    "json_extract": "(DYNAMIC, TEXT path) -> DYNAMIC: `$.a.b[0]['c d'][-1]`; null where nothing is",
    "json_text": "(DYNAMIC) -> TEXT: what a string holds; other values as JSON",
    "json_integer": "(DYNAMIC) -> INTEGER: a whole number, or what a string spells, else null",
    "json_real": "(DYNAMIC) -> REAL: a number, or what a string spells, else null",
    "json_boolean": "(DYNAMIC) -> BOOLEAN: true or false, else null",
    "json_texts": "(DYNAMIC) -> TEXTS: an array's elements as `json_text`, without nulls; one value alone",
    "json_type": "(DYNAMIC) -> TEXT: object, array, string, integer, real, boolean",
    "json_length": "(DYNAMIC) -> INTEGER: elements of an array, keys of an object, else null",
    "json_keys": "(DYNAMIC) -> TEXTS: of an object, else null",
    "json_object": "(TEXT key, DYNAMIC value, …) -> DYNAMIC: nulls as null; nulls pass",
    "json_array": "(DYNAMIC, …) -> DYNAMIC: nulls as null; nulls pass",
    "json_merge": "(DYNAMIC, …) -> DYNAMIC: an object of all keys, the first that has one wins; what is none is "
    "left out",
    # Several values of one column (engine/functions/multivalues.py): a list without elements is no value
    "only_element": "(list of x) -> x: the element of a list of one, else null",
    "some": "(list) -> list: null for one without elements",
    "each": "(TEXT literal function, list, …) -> list: the function of each element and the rest; nulls drop out, "
    "null of none",
    "list_between": "(list, INTEGER from, INTEGER to) -> list: both included, negative places count from the end; null "
    "for places of different sign, or none between",
    "list_zip_texts": "(TEXTS, TEXTS, TEXT delimiter) -> TEXTS: pairs; what is left over stays alone; null lists pass",
    "list_median": "(REALS) -> REAL: the mean of the two in the middle of an even number",
    "list_percentile": "(REALS, REAL percent) -> REAL: interpolated linearly",
    "list_deviation": "(REALS) -> REAL: the median distance from the median",
    # DISSECT
    "dissected": "(TEXT, TEXT pattern of Elastic's DISSECT, TEXT key, TEXT separator) -> TEXT: null without a match",
    # Calendars (engine/functions/calendars.py), in UTC
    "months_between": "(TIME, TIME) -> INTEGER: whole months from the first to the second, towards zero",
    "month_floor": "(TIME, INTEGER months) -> TIME: the start of its span of months, counted from the year 1",
    "format_time_java": "(TIME, TEXT pattern) -> TEXT: letters as in Java's DateTimeFormatter; null for others",
    "parse_time_java": "(TEXT, TEXT pattern) -> TIME: the same the other way round",
    # Angles and roots (engine/functions/mathematics.py): null where there is no finite result
    "cube_root": "(REAL) -> REAL",
    "hypotenuse": "(REAL, REAL) -> REAL",
    "sine": "(REAL) -> REAL: of radians, as are the next",
    "cosine": "(REAL) -> REAL",
    "tangent": "(REAL) -> REAL",
    "arc_sine": "(REAL) -> REAL",
    "arc_cosine": "(REAL) -> REAL",
    "arc_tangent": "(REAL) -> REAL",
    "arc_tangent_2": "(REAL y, REAL x) -> REAL",
    "hyperbolic_sine": "(REAL) -> REAL",
    "hyperbolic_cosine": "(REAL) -> REAL",
    "hyperbolic_tangent": "(REAL) -> REAL",
    "degrees": "(REAL radians) -> REAL",
    "radians": "(REAL degrees) -> REAL",
    # Values without declared kinds (engine/functions/loose.py). A text that is a decimal number, spaces around it
    # allowed, counts as one.
    "loose_text": "(x) -> TEXT: numbers without needless digits, TIME as seconds since 1970, BOOLEAN True or False, "
    "a list's elements one to a line (null of none)",
    "loose_number": "(TEXT) -> REAL: the number it spells, else null; (TIME, SPAN) seconds; (INTEGER, REAL, BOOLEAN)",
    "loose_list": "(TEXT) -> TEXTS: of it alone; (TEXTS) as it is, null if empty",
    "loose_truth": "(TEXT) -> BOOLEAN: true, t and numbers but 0; false, f and 0; else null",
    "loose_equal": "(TEXT or TEXTS, TEXT or TEXTS) -> BOOLEAN: equal as numbers or texts; of lists any two elements",
    "loose_less": "(TEXT, TEXT) -> BOOLEAN: as numbers if both are, else by code point",
    "loose_add": "(TEXT, TEXT) -> TEXT: the sum if both are numbers, else one after the other",
    "loose_like": "(TEXT, TEXT pattern) -> BOOLEAN: the whole text; `%` any text, `_` one character",
    "loose_substring": "(TEXT, INTEGER from, INTEGER length) -> TEXT: from 1, or from the end where negative",
    "loose_format": "(REAL, TEXT form) -> TEXT: hex, commas, duration or binary, else null",
    "loose_number_of_base": "(TEXT, INTEGER base) -> REAL: null where it is no such number",
    "loose_shift_time": "(TIME, TEXT modifier) -> TIME: moved and snapped (`-1d@d+8h`, UTC); null where it is none",
    "time_of_seconds": "(REAL) -> TIME: seconds since 1970",
    "loose_list_append": "(TEXTS, …) -> TEXTS: one after the other, null if there is nothing; nulls pass",
    "loose_list_part": "(TEXTS, INTEGER first, INTEGER last) -> TEXTS: both included, from the end where negative",
    "loose_list_find": "(TEXTS, TEXT pattern) -> INTEGER: the place of the first element in which it is found",
    "loose_list_keep": "(TEXTS, TEXT pattern) -> TEXTS: the elements that match from their start; null of none",
    "loose_list_zip": "(TEXTS, TEXTS, TEXT mark) -> TEXTS: elements side by side, as many as the shorter has",
    "loose_list_range": "(REAL start, REAL end, REAL step) -> TEXTS: the end is not in it",
    "loose_substitute": "(TEXT, TEXT pattern, TEXT by, TEXT flags) -> TEXT: the first match, the n-th (a number among "
    "the flags) or all (g); `\\1` is a group; i: in any case",
    "loose_json": "(TEXT, TEXT path) -> TEXT: what stands at `a.b{0}.c` in a JSON text, the first if several",
    "loose_json_list": "(TEXT, TEXT path) -> TEXTS: all that stands there; `{}` is every element",
    "loose_xml": "(TEXT, TEXT name) -> TEXT: what the first element of this name holds, if only text",
    "loose_first_match": "(TEXT, TEXT patterns between U+001E, TEXT how) -> TEXT: the first that matches: how is "
    "wildcard (`*`), wildcard/fold, cidr or cidr/fold",
}
"""Functions of values of one row."""

AGGREGATES: dict[str, str] = {
    "count": "() or (x) -> INTEGER: rows, or rows where x is not null",
    "sum": "(INTEGER) -> INTEGER or (REAL) -> REAL or (SPAN) -> SPAN: null over none",
    "average": "(REAL) -> REAL: null over none",
    "minimum": "(x) -> x: null over none",
    "maximum": "(x) -> x: null over none",
    "distinct_count": "(x, …) -> INTEGER: different combinations without a null; exact",
    "list": "(x) -> list of x, in `order` (default: time, evidence); empty over none",
    "any": "(x) -> x: the first that is not null in `order` (default: time, evidence)",
    "last": "(x) -> x: the last that is not null in `order` (default: time, evidence)",
    "at_maximum": "(value, key) -> the value (nulls pass) in the row with the greatest key that is not null",
    "at_minimum": "(value, key) -> the value (nulls pass) in the row with the smallest key that is not null",
    "deviation_sample": "(REAL) -> REAL: standard deviation, by n - 1; null over fewer than two",
    "deviation_population": "(REAL) -> REAL: standard deviation, by n; null over none",
    "variance_sample": "(REAL) -> REAL: by n - 1; null over fewer than two",
    "variance_population": "(REAL) -> REAL: by n; null over none",
    "percentile_linear": "(REAL, REAL literal 0 to 100) -> REAL: between the two nearest, linearly; null over none",
    "percentile_nearest": "(x, REAL literal 0 to 100) -> x: the least value that so many percent do not exceed",
    "median": "(REAL) -> REAL: the 50th percentile, linearly",
    "mode": "(x) -> x: the most frequent, of several the first in `order`; null over none",
    "distinct_list": "(x) -> list of x: each once, at its first place in `order`",
    "distinct_sorted": "(x) -> list of x: each once, ascending",
    "list_at_most": "(x, INTEGER literal n) -> list of x: the first n of `list`",
    "distinct_list_at_most": "(x, INTEGER literal n) -> list of x: the first n of `distinct_list`",
    "joined": "(TEXT, TEXT literal separator) -> TEXT: all of `list` in one; null over none",
    "range": "(x) -> x, of INTEGER, REAL or SPAN; (TIME) -> SPAN: greatest less smallest; null over none",
    "product": "(INTEGER) -> INTEGER or (REAL) -> REAL: null over none",
    "all_bits": "(INTEGER) -> INTEGER: bitwise and; null over none",
    "any_bits": "(INTEGER) -> INTEGER: bitwise or; null over none",
    "json_list": "(DYNAMIC) -> DYNAMIC: an array of all, in `order`",
    "elements": "(x or list of x) -> list of x: all, in `order` (default: time, evidence); null over none",
    "distinct_elements": "(x or list of x) -> list of x: each once, in the order of `Key`; null over none",
    "loose_minimum": "(TEXT) -> TEXT: by number if all are numbers, else by code point; null over none",
    "loose_maximum": "(TEXT) -> TEXT: the same, the greatest",
    "loose_values": "(TEXTS) -> TEXTS: all elements, each once, ascending; null over none",
    "loose_elements": "(TEXTS) -> TEXTS: all elements, in `order`; null over none",
}
"""Functions of the rows of a group."""

RANKINGS: dict[str, str] = {
    "row_number": "() -> INTEGER: the row's place among all rows of its `by` values, from 1, whatever the frame",
    "previous": "(x, INTEGER literal n) -> x: the value n rows before, null where there is none",
    "next": "(x, INTEGER literal n) -> x: the value n rows after, null where there is none",
}
"""Functions that only `Window` has."""
