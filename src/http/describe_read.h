// Described structs from JSON and from a query string: what is missing or of another type is named.
#pragma once

#include "domain/refusal.h"
#include "http/describe.h"
#include "http/query.h"

namespace gatehouse::http::describe {

// Collects everything that is wrong, so that one answer can say it all.
class Problems {
public:
    void add(std::string field, std::string problem)
    {
        found_.push_back({std::move(field), std::move(problem)});
    }
    bool none() const { return found_.empty(); }
    domain::Refusal refusal() &&; // VALIDATION, naming the first field

private:
    std::vector<domain::FieldProblem> found_;
};

std::string member_of(std::string const& field, std::string const& name); // `a` and `b` are `a.b`

// Takes the text out of `value`, so that no second copy of a password stays behind.
bool take_text(json::Value& value, std::string const& field, std::string& into, Problems& problems);
bool take_secret(
    json::Value& value, std::string const& field, SecretString& into, Problems& problems
);

// `value` is null where the member is absent.
void read_given(json::Value* value, std::string const& field, Given& into, Problems& problems);

template <class T>
void read(json::Value& value, std::string const& field, T& into, Problems& problems);

template <class T>
void read_members(json::Object& object, std::string const& field, T& into, Problems& problems)
{
    boost::mp11::mp_for_each<MembersOf<T>>([&](auto descriptor) {
        using Member = std::remove_cvref_t<decltype(into.*descriptor.pointer)>;
        auto const& name = name_of<decltype(descriptor)>();
        json::Value* found = nullptr;
        for (auto& member : object)
            if (member.name == name)
                found = &member.value;
        if constexpr (std::same_as<Member, Given>)
            read_given(found, member_of(field, name), into.*descriptor.pointer, problems);
        else if (found && !found->is_null())
            read(*found, member_of(field, name), into.*descriptor.pointer, problems);
        else if constexpr (std::same_as<Member, json::Value>)
            (into.*descriptor.pointer) = json::Value();
        else if constexpr (!is_optional<Member>)
            problems.add(member_of(field, name), "is required");
    });
}

template <class T>
void read(json::Value& value, std::string const& field, T& into, Problems& problems)
{
    if constexpr (is_optional<T>) {
        typename T::value_type held{};
        read(value, field, held, problems);
        into = std::move(held);
    } else if constexpr (std::same_as<T, bool>) {
        if (auto const* const found = value.boolean())
            into = *found;
        else
            problems.add(field, "must be true or false");
    } else if constexpr (std::same_as<T, std::int64_t>) {
        if (auto const* const found = value.integer())
            into = *found;
        else
            problems.add(field, "must be a whole number");
    } else if constexpr (std::same_as<T, std::string>) {
        take_text(value, field, into, problems);
    } else if constexpr (std::same_as<T, SecretString>) {
        take_secret(value, field, into, problems); // NUL: passwords alone may hold one
    } else if constexpr (is_strong_text<T>) {
        if (std::string text; take_text(value, field, text, problems))
            into = T(std::move(text));
    } else if constexpr (std::same_as<T, Instant>) {
        auto const* const text = value.text();
        if (auto const found = text ? parse_instant(*text) : std::nullopt)
            into = *found;
        else
            problems.add(field, "must be a time such as 2026-11-22T07:05:09.123Z");
    } else if constexpr (std::same_as<T, json::Value>) {
        if (json::holds_nul(value))
            problems.add(field, "must not hold a NUL character");
        into = std::move(value);
    } else if constexpr (std::same_as<T, Given>) {
        read_given(&value, field, into, problems);
    } else if constexpr (is_vector<T>) {
        auto* const items = value.array();
        if (!items)
            return problems.add(field, "must be a list");
        for (auto& item : *items)
            read(item, field, into.emplace_back(), problems);
    } else {
        static_assert(Described<T>, "a member of a request must be of a kind listed here");
        if (auto* const object = value.object())
            read_members(*object, field, into, problems);
        else
            problems.add(field, "must be an object");
    }
}

// One parameter of a query string as a member: text, whole number, truth value or id.
template <class T>
void read_parameter(std::string text, std::string const& field, T& into, Problems& problems)
{
    if constexpr (is_optional<T>) {
        typename T::value_type held{};
        read_parameter(std::move(text), field, held, problems);
        into = std::move(held);
    } else if constexpr (std::same_as<T, bool>) {
        if (text != "true" && text != "false")
            problems.add(field, "must be true or false");
        into = text == "true";
    } else if constexpr (std::same_as<T, std::int64_t>) {
        if (auto const number = parse_whole_number(text))
            into = *number;
        else
            problems.add(field, "must be a whole number");
    } else {
        json::Value value(std::move(text));
        read(value, field, into, problems);
    }
}

template <class T> void read_query(Parameters& parameters, T& into, Problems& problems)
{
    boost::mp11::mp_for_each<MembersOf<T>>([&](auto descriptor) {
        using Member = std::remove_cvref_t<decltype(into.*descriptor.pointer)>;
        auto const& name = name_of<decltype(descriptor)>();
        for (auto& [key, text] : parameters)
            if (key == name)
                return read_parameter(std::move(text), name, into.*descriptor.pointer, problems);
        if constexpr (!is_optional<Member>)
            problems.add(name, "is required");
    });
}

} // namespace gatehouse::http::describe
