// Putting the two files together, and refusing what would mean nothing or lock everybody out.
#include "policy/policy.h"

#include "policy/matrix.h"
#include "policy/policy_embedded.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace gatehouse::policy {

namespace {

// FNV-1a with 64 bits: it tells versions apart, and is no proof against whoever writes the files.
std::string version_of(PolicyText const& text)
{
    std::uint64_t hash = 0xcbf29ce484222325;
    for (auto const* const file : {&text.matrix, &text.resource_types})
        for (char const letter : *file + '\n')
            hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3;
    std::string version;
    for (int shift = 60; shift >= 0; shift -= 4)
        version += "0123456789abcdef"[(hash >> shift) & 15U];
    return version;
}

} // namespace

class Policy::Compiler {
public:
    std::shared_ptr<Policy const> compile(PolicyText const& text)
    {
        into_->version_ = version_of(text);
        rows_ = read_matrix(text.matrix);
        take_permissions();
        into_->types_ = read_resource_types(text.resource_types);
        judge_types();
        note_meanings();
        judge_cells();
        judge_owner();
        return std::move(into_);
    }

private:
    void take_permissions();
    void add(MatrixRow const& row, Permission permission);
    void judge_types();
    void resolve(NamedPermission& named);
    void note_meanings();
    void judge_cells();
    void judge_owner();
    std::size_t line_of(std::string_view id) const;

    std::shared_ptr<Policy> into_{new Policy};
    std::vector<MatrixRow> rows_;
};

// The known ones keep their places, whatever the order of the rows.
void Policy::Compiler::take_permissions()
{
    into_->ids_.resize(known_permissions);
    for (auto const& one : known()) {
        auto const row = std::ranges::find(rows_, one.id, &MatrixRow::id);
        if (row == rows_.end())
            throw PolicyError(
                matrix_file,
                "the row of " + std::string(one.id) + " is missing; gatehouse asks for it"
            );
        into_->ids_[index(one.permission)] = std::string(one.id);
        add(*row, one.permission);
    }
    for (auto const& row : rows_) {
        if (into_->by_id_.contains(row.id))
            continue;
        auto const place = into_->ids_.size();
        if (place == most_permissions)
            throw PolicyError(matrix_file, row.line, "more than 256 permissions");
        into_->ids_.push_back(row.id);
        add(row, static_cast<Permission>(place));
    }
}

void Policy::Compiler::add(MatrixRow const& row, Permission permission)
{
    into_->by_id_.emplace(row.id, permission);
    for (std::size_t role = 0; role < every_role.size(); ++role)
        into_->roles_[role].widen(permission, row.cells[role]);
}

void Policy::Compiler::resolve(NamedPermission& named)
{
    auto const found = into_->by_id_.find(named.id);
    if (found == into_->by_id_.end())
        throw PolicyError(
            resource_types_file, named.line, "permissions.csv has no permission " + named.id
        );
    named.permission = found->second;
}

void Policy::Compiler::judge_types()
{
    auto& types = into_->types_;
    for (auto type = types.begin(); type != types.end(); ++type) {
        auto const same = [&](ResourceType const& other) {
            return other.collection == type->collection || other.name == type->name;
        };
        if (std::find_if(types.begin(), type, same) != type)
            throw PolicyError(
                resource_types_file,
                type->line,
                "another type has the collection " + type->collection
            );
        for (auto* const named : {&type->view, &type->create, &type->edit, &type->remove})
            resolve(*named);
        if (type->edit_assigned)
            resolve(*type->edit_assigned);
    }
    for (auto const* const needed : {"client", "workflow", "report"})
        if (!into_->resource_type(needed))
            throw PolicyError(
                resource_types_file, std::string(needed) + " is missing; gatehouse serves it"
            );
}

// An assignment can admit to seeing and to changing, never to more (decisions D-78).
void Policy::Compiler::note_meanings()
{
    into_->assignable_.resize(into_->ids_.size());
    into_->ownable_.resize(into_->ids_.size());
    for (auto const& type : into_->types_) {
        into_->assignable_[index(type.view.permission)] = true;
        into_->assignable_[index(type.edit.permission)] = true;
        if (type.edit_assigned)
            into_->assignable_[index(type.edit_assigned->permission)] = true;
    }
    into_->assignable_[index(Permission::search_use)] = true;
    for (auto const& type : into_->types_) {
        into_->assignable_[index(type.create.permission)] = false;
        into_->assignable_[index(type.remove.permission)] = false;
    }
    for (auto const& one : known())
        into_->ownable_[index(one.permission)] = one.may_be_own;
}

void Policy::Compiler::judge_cells()
{
    for (auto const& row : rows_)
        for (auto const role : every_role) {
            auto const cell = row.cells[static_cast<std::size_t>(role)];
            if (into_->has_meaning(into_->by_id_.at(row.id), cell))
                continue;
            throw PolicyError(
                matrix_file,
                row.line,
                row.id + " cannot be \"" + to_letter(cell) + "\" for " + std::string(to_text(role))
                    + ": " + (cell == Cell::assigned ? "no assignment" : "no owner of a row")
                    + " decides it"
            );
        }
}

// Without these nobody could ever mend an organization again.
void Policy::Compiler::judge_owner()
{
    for (auto const needed :
         {Permission::organization_view,
          Permission::users_view,
          Permission::users_role,
          Permission::roles_manage})
        if (into_->grants_of(Role::owner).cell(needed) != Cell::everywhere) {
            auto const id = into_->id_of(needed);
            throw PolicyError(
                matrix_file, line_of(id), "the owner must hold " + std::string(id) + " everywhere"
            );
        }
}

std::size_t Policy::Compiler::line_of(std::string_view id) const
{
    return std::ranges::find(rows_, id, &MatrixRow::id)->line;
}

std::shared_ptr<Policy const> Policy::compile(PolicyText const& text)
{
    return Compiler().compile(text);
}

PolicyText const& Policy::shipped_text()
{
    static PolicyText const text = [] {
        PolicyText shipped;
        for (auto const& file : embedded_policy())
            (file.name == matrix_file ? shipped.matrix : shipped.resource_types) = file.text;
        return shipped;
    }();
    return text;
}

std::shared_ptr<Policy const> Policy::shipped()
{
    static auto const compiled = compile(shipped_text());
    return compiled;
}

Grants const& Policy::grants_of(Role role) const
{
    return roles_.at(static_cast<std::size_t>(role));
}

Grants Policy::effective(Role role, std::span<Granted const> granted) const
{
    auto grants = grants_of(role);
    for (auto const& one : granted) {
        auto const permission = find(one.permission_id);
        auto const cell = parse_cell(one.cell);
        if (permission && cell && has_meaning(*permission, *cell))
            grants.widen(*permission, *cell);
    }
    return grants;
}

std::optional<Permission> Policy::find(std::string_view id) const
{
    auto const found = by_id_.find(id);
    if (found == by_id_.end())
        return std::nullopt;
    return found->second;
}

std::string_view Policy::id_of(Permission permission) const
{
    return ids_.at(index(permission));
}

bool Policy::has_meaning(Permission permission, Cell cell) const
{
    if (cell == Cell::assigned)
        return assignable_.at(index(permission));
    return cell != Cell::own || ownable_.at(index(permission));
}

std::vector<std::string> Policy::ids_of(Grants const& grants) const
{
    std::vector<std::string> held;
    for (std::size_t at = 0; at < ids_.size(); ++at)
        if (grants.holds(static_cast<Permission>(at)))
            held.push_back(ids_[at]);
    std::ranges::sort(held);
    return held;
}

ResourceType const* Policy::resource_type(std::string_view name) const
{
    auto const found = std::ranges::find(types_, name, &ResourceType::name);
    return found == types_.end() ? nullptr : &*found;
}

bool Policy::has_the_types_of(Policy const& other) const
{
    return std::ranges::equal(types_, other.types_, [](auto const& one, auto const& two) {
        return one.means_the_same_as(two);
    });
}

} // namespace gatehouse::policy
