#!/usr/bin/env python3
"""Shows that unity_groups.py keeps apart what would clash in one unit, and nothing else."""

import pathlib
import tempfile
import unittest

import unity_groups


class Names(unittest.TestCase):
    def names(self, text):
        return set(unity_groups.names_of(text))

    def test_what_a_namespace_without_a_name_holds_is_the_sources_own(self):
        self.assertEqual(self.names("""
namespace gatehouse::login { // comment; with { braces
namespace {
using domain::Refusal;
struct Looks { int a = 0; };
enum class Way { in, out };
constexpr std::array<int, 2> ways{1, 2};
template <class T> requires (sizeof(T) > 2) T last(std::vector<T> const& of = {}) { return of; }
std::string words_of(int number) { return "{ not ; code"; }
} // namespace
int shown() { struct Inner {}; return 1; }
static int hidden = 2;
}
"""), {f"gatehouse::login::{name}" for name in ("Refusal", "Looks", "Way", "ways", "last", "words_of", "hidden")})

    def test_tests_are_names_too(self):
        self.assertEqual(self.names("namespace a { TEST(Suite, Name) { int x; }\nTEST_P(Suite, Other) {} }"),
                         {"a::TEST_Suite_Name_", "a::TEST_P_Suite_Other_"})


class Groups(unittest.TestCase):
    def grouped(self, *texts):
        with tempfile.TemporaryDirectory() as folder:
            sources = []
            for number, text in enumerate(texts):
                path = pathlib.Path(folder) / f"{number}.cpp"
                path.write_text(text)
                sources.append(unity_groups.read(path))
            return [[int(source.path.stem) for source in unit] for unit in unity_groups.groups(sources)]

    def test_the_same_name_keeps_two_sources_apart(self):
        own = "namespace a { namespace { int rows() { return 1; } } }"
        self.assertEqual(self.grouped(own, own, "namespace b { namespace { int rows() { return 1; } } }"), [[0, 2], [1]])

    def test_the_same_name_for_the_same_thing_does_not(self):
        self.assertEqual(self.grouped("namespace a { namespace { using b::C; } }", "namespace a { namespace { using b::C; } }",
                                      "namespace a { namespace { using d::C; } }"), [[0, 1], [2]])

    def test_who_tells_headers_something_stands_alone(self):
        self.assertEqual(self.grouped("int a();", "#define QUIET\nint b();", "int c();"), [[0, 2], [1]])

    def test_units_end(self):
        long = "\n" * (unity_groups.MOST_LINES // 2 + 1)
        self.assertEqual(self.grouped(long, long), [[0], [1]])


if __name__ == "__main__":
    unittest.main()
