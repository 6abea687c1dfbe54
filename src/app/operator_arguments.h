// The words behind `gatehouse user …` and `gatehouse org …`: the command's own, and settings.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::app {

// What one command may be told.
struct Grammar {
    std::string command; // `user suspend`, for messages
    std::vector<std::string_view> with_value = {}; // `--email`
    std::vector<std::string_view> alone = {}; // `--json`
    bool takes_id = false; // one word without a flag
};

class OperatorArguments {
public:
    // Throws BadConfiguration, in one line, for what the command does not know, what is said twice,
    // and what lacks its value. An empty value lacks: a shell variable that is not set must not
    // widen what a command acts on.
    OperatorArguments(Grammar grammar, std::vector<std::string> const& words);

    bool has(std::string_view flag) const { return alone_.contains(flag); }
    std::optional<std::string> text(std::string_view flag) const;
    std::string required(std::string_view flag) const;
    std::int64_t number(
        std::string_view flag, std::int64_t least, std::int64_t most, std::int64_t otherwise
    ) const;
    std::optional<std::string> const& id() const { return id_; }
    std::vector<std::string> const& settings() const { return settings_; }
    std::string const& command() const { return grammar_.command; }

    [[noreturn]] void refuse(std::string const& line) const;

private:
    void take_flag(std::vector<std::string> const& words, std::size_t& at);
    void take_id(std::string const& word);

    Grammar grammar_;
    std::map<std::string, std::string, std::less<>> values_;
    std::set<std::string, std::less<>> alone_;
    std::optional<std::string> id_;
    std::vector<std::string> settings_;
};

} // namespace gatehouse::app
