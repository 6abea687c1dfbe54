// People and their assignments in little space.
#include "domain/kept_people.h"

#include "core/metrics.h"
#include "domain/changed.h"

#include <algorithm>
#include <utility>

namespace gatehouse::domain {
namespace {

constexpr std::size_t most_types = 1024;

} // namespace

KeptPeople::KeptPeople(Changes const& changes, Bounds bounds)
    : changes_(changes)
    , bounds_(bounds)
{
}

KeptPeople::Shard& KeptPeople::shard_of(UuidBytes const& user) const
{
    return shards_[user.bytes[15] % shards]; // random in every version
}

KeptPeople::Person const*
KeptPeople::standing(Shard const& shard, UuidBytes const& id, UserId const& user) const
{
    auto const found = shard.people.find(id);
    if (found == shard.people.end())
        return nullptr;
    auto const& person = found->second;
    bool const stands = changes_.stands(person.read_after, changed(user))
        && changes_.stands(person.read_after, person.organization_slot);
    return stands ? &person : nullptr;
}

std::optional<Subject> KeptPeople::subject(UserId const& user) const
{
    auto const id = parse_uuid(user.text());
    if (!id || !changes_.is_current())
        return std::nullopt;
    auto const& shard = shard_of(*id);
    std::scoped_lock const lock(shard.mutex);
    auto const* const person = standing(shard, *id, user);
    if (!person)
        return std::nullopt;
    Subject subject{
        .id = user,
        .organization_id = OrganizationId(to_text(person->organization)),
        .role = person->role,
        .status = person->status,
    };
    if (person->beside) {
        subject.custom_role_id = person->beside->custom_role_id;
        subject.custom_role_name = person->beside->custom_role_name;
        subject.by_custom_role = person->beside->by_custom_role;
        subject.alone = person->beside->alone;
    }
    return subject;
}

std::optional<bool> KeptPeople::is_assigned(
    UserId const& user, std::string const& type, ResourceId const& resource
) const
{
    auto const id = parse_uuid(user.text());
    auto const wanted = parse_uuid(resource.text());
    if (!id || !wanted || !changes_.is_current())
        return std::nullopt;
    auto const& shard = shard_of(*id);
    std::scoped_lock const lock(shard.mutex);
    auto const* const person = standing(shard, *id, user);
    if (!person || !person->all_rows_are_kept)
        return std::nullopt;
    auto const number = number_of(type); // of every row that is kept by now
    if (!number)
        return false;
    auto const* const begin = person->rows.get();
    return std::binary_search(begin, begin + person->row_count, Row{*wanted, *number});
}

void KeptPeople::keep(
    Subject const& subject, std::vector<AssignedRow> const& rows, Changes::Moment read_after
)
{
    auto const id = parse_uuid(subject.id.text());
    auto const organization = parse_uuid(subject.organization_id.text());
    if (!id || !organization)
        return;
    Person person;
    person.read_after = read_after;
    person.organization = *organization;
    person.organization_slot = Changes::slot_of(changed(subject.organization_id));
    person.role = subject.role;
    person.status = subject.status;
    if (subject.custom_role_id || !subject.by_custom_role.empty() || !subject.alone.empty())
        person.beside = std::make_unique<Beside const>(
            subject.custom_role_id, subject.custom_role_name, subject.by_custom_role, subject.alone
        );
    person.all_rows_are_kept = keep_rows(person, rows);
    put(*id, std::move(person));
}

// False where one of them cannot be kept.
bool KeptPeople::keep_rows(Person& person, std::vector<AssignedRow> const& rows)
{
    if (rows.size() > bounds_.rows_of_one)
        return false;
    std::vector<Row> kept;
    kept.reserve(rows.size());
    for (auto const& row : rows) {
        auto const resource = parse_uuid(row.id.text());
        auto const type = numbered(row.type);
        if (!type)
            return false;
        if (resource) // a row whose id is no UUID is never asked for here
            kept.push_back({*resource, *type});
    }
    std::ranges::sort(kept);
    person.rows = std::make_unique<Row[]>(kept.size());
    person.row_count = static_cast<std::uint32_t>(kept.size());
    std::ranges::copy(kept, person.rows.get());
    return true;
}

void KeptPeople::put(UuidBytes const& id, Person person)
{
    auto& shard = shard_of(id);
    std::scoped_lock const lock(shard.mutex);
    bool const is_full
        = shard.people.size() >= bounds_.people / shards && !shard.people.contains(id);
    if (is_full || shard.rows + person.row_count > bounds_.rows / shards) { // rare
        shard.people.clear();
        shard.rows = 0;
        metrics::count("gatehouse_kept_people_displaced_total");
    }
    auto& place = shard.people[id];
    if (place.read_after > person.read_after)
        return; // somebody who knows more was quicker
    shard.rows += person.row_count;
    shard.rows -= place.row_count;
    place = std::move(person);
}

std::optional<std::uint32_t> KeptPeople::number_of(std::string const& type) const
{
    std::scoped_lock const lock(types_mutex_);
    auto const found = std::ranges::find(types_, type);
    if (found == types_.end())
        return std::nullopt;
    return static_cast<std::uint32_t>(found - types_.begin());
}

std::optional<std::uint32_t> KeptPeople::numbered(std::string const& type)
{
    std::scoped_lock const lock(types_mutex_);
    auto const found = std::ranges::find(types_, type);
    auto const number = static_cast<std::uint32_t>(found - types_.begin());
    if (found != types_.end())
        return number;
    if (types_.size() >= most_types)
        return std::nullopt;
    types_.push_back(type);
    return number;
}

std::size_t KeptPeople::size() const
{
    std::size_t all = 0;
    for (auto const& shard : shards_) {
        std::scoped_lock const lock(shard.mutex);
        all += shard.people.size();
    }
    return all;
}

} // namespace gatehouse::domain
