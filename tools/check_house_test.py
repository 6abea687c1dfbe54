#!/usr/bin/env python3
"""Plants each wrong that check_house.py looks for into a small house, and expects it to be found there."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

TOOL = pathlib.Path(__file__).resolve().parent / "check_house.py"
ROOMS = """
room(core)
room(domain KNOWS core)
rooms_under(protocols KNOWS core)
rooms_under(features KNOWS core protocols/* domain)
room(storage/sql KNOWS core domain)
"""
SOUND = {
    "src/core/async.h": "// One coroutine type.\n#pragma once\n",
    "src/core/time.cpp": "// Time.\nauto now = std::chrono::system_clock::now();\n",
    "src/domain/users.h": '// Users.\n#pragma once\n#include "core/async.h"\n',
    "src/protocols/jose/jwt.h": "// Tokens.\n#pragma once\n",
    "src/features/login/endpoints.cpp": '// Signing in.\n#include "protocols/jose/jwt.h"\n#include "domain/users.h"\n'
    "Async<void> log_in()\n{\n    auto user = co_await find(name);\n    Id id{3};\n"
    "    if (auto found = co_await find(id); found) {\n        co_return Answer{.name = name};\n    }\n"
    "    for (auto row : co_await rows({})) {\n        note(row, [&] { return 1; });\n    }\n}\n",
    "src/features/login/rules_test.cpp": '// Rules, tried.\n#include "support/clock.h"\n'
    "auto now = std::chrono::system_clock::now();\n",
}
WRONG = {
    "may not know features/sessions": '#include "features/sessions/rules.h"\n',
    "may not know storage/sql": '#include "storage/sql/users.h"\n',
    "lies in no room": '#include "rules.h"\n',
    "system_clock::now belongs to": "auto t = std::chrono::system_clock::now();\n",
    "getenv belongs to": 'auto e = getenv("X");\n',
    "sqlite3_ belongs to": "sqlite3_open(x);\n",
    "PQexec( belongs to": "PQexec(x);\n",
    ".reveal() belongs to": "print(secret.reveal());\n",
    "empty catch": "try {\n    f();\n} catch (...) {\n    // nothing\n}\n",
    "name the value first": "co_await greet(UserId{name});\n",
    "name the value first ": "co_await greet({name});\n",
    "name the value first  ": "auto x = good ? co_await greet(name) : other;\n",
    "name the value first   ": "co_await run([copy] { return copy; });\n",
    "name the value first    ": "co_return Answer{\n    .name = co_await greet(),\n};\n",
    "300 at most": "\n" * 300,
}


def look_at(files):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in {"CMakeLists.txt": ROOMS, **files}.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return subprocess.run([sys.executable, TOOL], cwd=folder, capture_output=True, text=True)


class TheHouse(unittest.TestCase):
    def test_a_sound_house_stands(self):
        looked = look_at(SOUND)
        self.assertEqual(looked.returncode, 0, looked.stdout + looked.stderr)

    def test_each_planted_wrong_is_found(self):
        for words, planted in WRONG.items():
            with self.subTest(planted=planted):
                looked = look_at({**SOUND, "src/features/login/rules.cpp": "// Rules.\n" + planted})
                self.assertNotEqual(looked.returncode, 0)
                self.assertIn(words.strip(), looked.stdout)

    def test_a_file_outside_every_room_or_without_its_sentence_is_found(self):
        looked = look_at({**SOUND, "src/lobby/door.cpp": "// A door.\n", "src/core/bare.h": "#pragma once\n"})
        self.assertIn("src/lobby/door.cpp: lies in no room", looked.stdout)
        self.assertIn("src/core/bare.h:1: the first line says", looked.stdout)

    def test_an_empty_tree_is_not_a_sound_one(self):
        self.assertNotEqual(look_at({}).returncode, 0)


if __name__ == "__main__":
    unittest.main()
