// The words.
#include "domain/control_words.h"

#include <algorithm>
#include <array>

namespace gatehouse::domain {
namespace {

struct Meaning {
    std::string_view control;
    std::string_view words;
};
constexpr std::array meanings{
    Meaning{"database", "The database does not answer: nothing can be served."},
    Meaning{"lockout", "Failed sign-ins cannot be counted: nobody can sign in."},
    Meaning{"ledger", "Outcomes cannot be recorded: what must be recorded is refused."},
    Meaning{"clock", "Server and database do not agree on the time."},
    Meaning{"signing keys", "Tokens can be neither signed nor verified."},
    Meaning{"vault key", "Vaults and what else is sealed cannot be opened."},
    Meaning{"row level security", "Organizations are kept apart by this server alone."},
    Meaning{"anomaly score", "Sign-ins are not judged by how unusual they are."},
    Meaning{"bcrypt lanes", "Passwords are hashed one at a time: right, but slower."},
    Meaning{"scored sign-ins", "Some sign-ins went on without being judged."},
    Meaning{"ledger sealer", "New rows of the ledger are not sealed in time."},
    Meaning{"ledger history", "Sealed history was cut off or changed: it is not sealed further."},
    Meaning{"ledger checkpoints", "Checkpoints do not get outside the database."},
    Meaning{"retention", "Something stays that should be gone: a table or somebody's data."},
    Meaning{"mail", "Mail does not leave: codes and links wait."},
    Meaning{"limiter", "Requests and mails beyond their limits may not be refused."},
    Meaning{"change feed", "Changes on other nodes are not heard: every request asks."},
    Meaning{"places", "Where people are is not known, or out of an old file."},
    Meaning{"work afterwards", "Work that nobody waits for was dropped."},
    Meaning{"own numbers", "Some saw zero in place of a number."},
    Meaning{"last seen", "The last use of a session was lost."},
};

} // namespace

std::string_view what_it_means(std::string_view broken_control)
{
    auto const found = std::ranges::find(meanings, broken_control, &Meaning::control);
    return found == meanings.end() ? "A control does not hold." : found->words;
}

} // namespace gatehouse::domain
