// What decisions about people rest on, kept in memory for as long as nothing of it changes: who
// they are, what they hold beside their role, and what they are assigned to. Ids are kept as their
// sixteen bytes, so that 200,000 people with a million assignments take some 60 MB; a person whose
// id is no UUID is not kept.
#pragma once

#include "core/changes.h"
#include "core/uuid.h"
#include "domain/resources.h"
#include "domain/subject.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace gatehouse::domain {

// Safe to use from every thread.
class KeptPeople {
public:
    struct Bounds {
        std::size_t people = 262'144;
        std::size_t rows = 2'097'152; // assignments, of all of them
        std::size_t rows_of_one = 4'096; // of somebody with more the database is asked
    };

    explicit KeptPeople(Changes const& changes)
        : KeptPeople(changes, Bounds())
    {
    }
    KeptPeople(Changes const& changes, Bounds bounds);

    // As in the database now; nothing where it must be asked.
    std::optional<Subject> subject(UserId const& user) const;
    std::optional<bool>
    is_assigned(UserId const& user, std::string const& type, ResourceId const& resource) const;

    // `rows` are all that the person is assigned to, read after the same moment.
    void
    keep(Subject const& subject, std::vector<AssignedRow> const& rows, Changes::Moment read_after);

    Bounds const& bounds() const { return bounds_; }
    std::size_t size() const;

private:
    struct Beside { // the role: most people hold nothing
        std::optional<CustomRoleId> custom_role_id;
        std::optional<std::string> custom_role_name;
        std::vector<policy::Granted> by_custom_role;
        std::vector<policy::Granted> alone;
    };
    struct Row {
        UuidBytes resource;
        std::uint32_t type = 0; // its place in types_
        friend auto operator<=>(Row const&, Row const&) = default;
    };
    struct Person {
        Changes::Moment read_after = 0;
        UuidBytes organization;
        Changes::Slot organization_slot = 0;
        std::unique_ptr<Beside const> beside;
        std::unique_ptr<Row[]> rows; // sorted
        std::uint32_t row_count = 0;
        Role role = Role::staff;
        UserStatus status = UserStatus::suspended;
        bool all_rows_are_kept = false;
    };
    struct Shard {
        mutable std::mutex mutex;
        std::unordered_map<UuidBytes, Person> people;
        std::size_t rows = 0;
    };

    static constexpr std::size_t shards = 16;
    Shard& shard_of(UuidBytes const& user) const;
    // Under the shard's lock; null where there is none that stands.
    Person const* standing(Shard const& shard, UuidBytes const& id, UserId const& user) const;
    bool keep_rows(Person& person, std::vector<AssignedRow> const& rows);
    void put(UuidBytes const& id, Person person);
    std::optional<std::uint32_t> number_of(std::string const& type) const;
    std::optional<std::uint32_t> numbered(std::string const& type);

    Changes const& changes_;
    Bounds const bounds_;
    mutable std::array<Shard, shards> shards_;
    mutable std::mutex types_mutex_;
    std::vector<std::string> types_; // few: as many as the policy declares
};

} // namespace gatehouse::domain
