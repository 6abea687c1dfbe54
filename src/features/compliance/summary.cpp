// Adding up.
#include "features/compliance/summary.h"

#include "domain/event_groups.h"
#include "domain/export_files.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace gatehouse::compliance {
namespace {
using domain::ControlState;
using domain::EventTally;

struct Criterion {
    char const* name;
    char const* title;
};
constexpr std::array criteria{
    Criterion{"CC6", "Logical and physical access"},
    Criterion{"CC7", "System operations"},
    Criterion{"CC8", "Incident response"},
    Criterion{"CC9", "Risk monitoring"},
};

// By the names that the self-checks give the controls.
struct Known {
    std::string_view name;
    std::string_view criteria; // separated by blanks
    char const* description;
};
constexpr std::array known{
    Known{"database", "CC7", "Every look-up is answered by the database, and none without it."},
    Known{"lockout", "CC6 CC7", "Failed sign-ins are counted and close an address."},
    Known{"ledger", "CC6 CC7 CC8 CC9", "Every outcome is recorded with what caused it."},
    Known{"ledger sealer", "CC7 CC8", "Recorded outcomes are sealed into signed chains."},
    Known{"ledger history", "CC7 CC8", "Chains go on where they were left; what is pruned is old."},
    Known{"ledger checkpoints", "CC7 CC8", "Signatures of the chains are kept outside, too."},
    Known{"clock", "CC7", "Server and database agree on the time."},
    Known{"signing keys", "CC6", "Tokens are signed by keys that open under the key of the house."},
    Known{"row level security", "CC6", "The database keeps organizations apart by itself."},
    Known{"anomaly score", "CC7 CC9", "Sign-ins and refreshes are judged by how unusual they are."},
    Known{"bcrypt lanes", "CC7", "Passwords are hashed as libxcrypt hashes them, several at once."},
    Known{"scored sign-ins", "CC7 CC9", "What a score rests on can be read, and is."},
    Known{"places", "CC7 CC9", "The file that says where addresses are is there and current."},
    Known{"limiter", "CC6", "Requests and mails beyond their limits are refused."},
    Known{"vault key", "CC6", "What is sealed opens under the key of the house alone."},
    Known{"work afterwards", "CC7", "Nothing that is done after an answer is dropped."},
    Known{"own numbers", "CC7", "People see the numbers of their own account."},
    Known{"last seen", "CC6", "The last use of each session is kept."},
    Known{"retention", "CC6", "What has ended, and who asked to be erased, goes in time."},
    Known{"mail", "CC7", "Codes and notices reach people."},
    Known{"change feed", "CC6", "What is revoked on one node ends on all of them."},
};

std::vector<std::string> words_in(std::string_view text)
{
    std::vector<std::string> words;
    while (!text.empty()) {
        auto const word = text.substr(0, text.find(' '));
        words.emplace_back(word);
        text.remove_prefix(std::min(text.size(), word.size() + 1));
    }
    return words;
}

bool contains(std::vector<std::string> const& all, std::string const& one)
{
    return std::ranges::find(all, one) != all.end();
}

void add(Outcomes& into, EventTally const& tally)
{
    for (auto const& [name, count] :
         {std::pair("success", &Outcomes::success),
          std::pair("failure", &Outcomes::failure),
          std::pair("denied", &Outcomes::denied),
          std::pair("skipped", &Outcomes::skipped)})
        if (tally.outcome == name)
            into.*count += tally.rows;
}

CriterionView view_of(Criterion const& criterion, std::vector<EventTally> const& tallies)
{
    CriterionView view{.criterion = criterion.name, .title = criterion.title};
    auto const events
        = domain::events_in_group(criterion.name).value_or(std::vector<std::string>());
    for (auto const& tally : tallies)
        if (contains(events, tally.event)) {
            view.events += tally.rows;
            add(view.outcomes, tally);
        }
    for (auto const& file : domain::export_files()) {
        if (file.criterion != criterion.name)
            continue;
        FileCount count{.file = std::string(file.name)};
        for (auto const& tally : tallies)
            if (contains(file.events, tally.event))
                count.rows += tally.rows;
        view.files.push_back(std::move(count));
    }
    return view;
}

std::string state_of(ControlState const& control)
{
    if (!control.checked_at)
        return "unchecked";
    if (control.works)
        return "operating";
    return control.needed ? "broken" : "degraded";
}

} // namespace

SummaryView summary_of(std::vector<EventTally> const& tallies)
{
    SummaryView view;
    for (auto const& tally : tallies)
        view.ledger_rows += tally.rows;
    for (auto const& criterion : criteria)
        view.criteria.push_back(view_of(criterion, tallies));
    return view;
}

ControlsView controls_of(std::vector<ControlState> const& states, Instant now)
{
    ControlsView view{.generated_at = now};
    for (auto const& state : states) {
        ControlView control{.control = state.name};
        auto const found = std::ranges::find(known, std::string_view(state.name), &Known::name);
        if (found != known.end()) {
            control.criteria = words_in(found->criteria);
            control.description = found->description;
        }
        control.state = state_of(state);
        control.last_checked_at = state.checked_at;
        view.controls.push_back(std::move(control));
    }
    return view;
}

} // namespace gatehouse::compliance
