// Words to permissions, permissions to cells, cells to sentences.
#include "features/ai_agents/guide.h"

#include "core/text.h"
#include "features/ai_agents/vocabulary.h"

#include <vector>

namespace gatehouse::ai_agents {
namespace {
using policy::Cell;
using policy::Grants;
using policy::Permission;
using policy::Policy;
using policy::Role;

bool is_of_a_word(char letter)
{
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '.'
        || letter == '_' || letter == '-';
}

// In small letters, without the points and hyphens around them.
std::vector<std::string> words_of(std::string_view message)
{
    std::vector<std::string> words;
    std::string word;
    for (char const letter : ascii_lower(message) + " ") {
        if (is_of_a_word(letter)) {
            word += letter;
            continue;
        }
        auto const first = word.find_first_not_of(".-");
        if (first != std::string::npos)
            words.push_back(word.substr(first, word.find_last_not_of(".-") - first + 1));
        word.clear();
    }
    return words;
}

std::optional<Permission> named_in(std::vector<std::string> const& words, Policy const& policy)
{
    for (auto const& word : words)
        for (std::size_t at = 0; at < policy.permissions(); ++at) {
            auto const permission = static_cast<Permission>(at);
            if (ascii_lower(policy.id_of(permission)) == word)
                return permission;
        }
    return std::nullopt;
}

// Of several that each admit to the same action, the one that admits to most.
Permission widest(std::vector<Permission> const& candidates, Grants const& grants)
{
    auto best = candidates.front();
    for (auto const candidate : candidates)
        if (grants.cell(candidate) > grants.cell(best))
            best = candidate;
    return best;
}

std::string sentence(std::string_view id, Cell cell, Role role)
{
    auto const said = [&](std::string_view verdict, std::string_view reach) {
        return std::string(verdict) + ": you are " + std::string(policy::to_text(role))
            + ", and your cell of " + std::string(id) + " is `" + policy::to_letter(cell) + "`, "
            + std::string(reach) + ".";
    };
    switch (cell) {
    case Cell::everywhere:
        return said("Yes", "allowed everywhere in your organization");
    case Cell::assigned:
        return said("Only in part", "allowed on what is assigned to you and on nothing else");
    case Cell::own:
        return said("Only in part", "allowed on what is your own and on nothing else");
    case Cell::denied:
        break;
    }
    return said("No", "not allowed");
}

} // namespace

std::string answer(std::string_view message, Policy const& policy, Grants const& grants, Role role)
{
    auto const words = words_of(message);
    auto asked = named_in(words, policy);
    if (!asked) {
        auto const candidates = meant_by(words, policy);
        if (!candidates.empty())
            asked = widest(candidates, grants);
    }
    if (asked)
        return sentence(policy.id_of(*asked), grants.cell(*asked), role);
    return "I can tell what you may do here: ask for an action and a thing, such as \"May I delete "
           "clients?\", or name a permission, such as clients.delete.";
}

} // namespace gatehouse::ai_agents
