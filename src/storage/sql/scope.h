// Whose rows a statement may touch (spec/database §2): told to the database with every statement.
#pragma once

#include "core/strong_text.h"

#include <string>
#include <utility>

namespace gatehouse::sql {

class Scope {
public:
    // The rows of one organization.
    static Scope organization(std::string id) { return Scope(of_one(std::move(id)), {}); }
    template <class Tag> static Scope organization(StrongText<Tag> const& id)
    {
        return organization(id.text());
    }

    // The rows of one person in it; encryption_vaults demands this one.
    template <class Tag, class UserTag>
    static Scope person(StrongText<Tag> const& organization, StrongText<UserTag> const& user)
    {
        return person(organization.text(), user.text());
    }
    static Scope person(std::string organization, std::string user)
    {
        return Scope(of_one(std::move(organization)), std::move(user));
    }

    // Across organizations: the directory look-ups and background jobs of spec/database §2, nobody
    // else.
    static Scope directory() { return Scope(every_organization, {}); }

    // Tables without organization: login_attempts, reset_requests, signing_keys, … Opens no tenant
    // row.
    static Scope global() { return Scope({}, {}); }

    std::string const& organization_id() const noexcept
    {
        return organization_id_;
    } // "" and "*" as said
    std::string const& user_id() const noexcept { return user_id_; }
    friend bool operator==(Scope const&, Scope const&) = default;

private:
    static constexpr char const* every_organization = "*";

    // Ids come from requests: one that spells the word for all of them opens nothing.
    static std::string of_one(std::string id) { return id == every_organization ? "" : id; }

    Scope(std::string organization_id, std::string user_id)
        : organization_id_(std::move(organization_id))
        , user_id_(std::move(user_id))
    {
    }

    std::string organization_id_;
    std::string user_id_;
};

} // namespace gatehouse::sql
