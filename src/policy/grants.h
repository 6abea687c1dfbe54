// What somebody may do, as bits: for each permission one cell (spec/permissions, "cell").
#pragma once

#include "policy/permission.h"

#include <bitset>
#include <cstddef>
#include <optional>
#include <string_view>

namespace gatehouse::policy {

// From the narrowest to the widest.
enum class Cell {
    denied, // 0
    own, // s: on rows that belong to the caller
    assigned, // a: on rows assigned to the caller
    everywhere, // 1: on every row of the own organization
};
char to_letter(Cell cell);
std::optional<Cell> parse_cell(std::string_view text);

class Grants {
public:
    Cell cell(Permission permission) const
    {
        auto const at = index(permission);
        if (everywhere_[at])
            return Cell::everywhere;
        if (assigned_[at])
            return Cell::assigned;
        return own_[at] ? Cell::own : Cell::denied;
    }
    bool holds(Permission permission) const { return cell(permission) != Cell::denied; }

    // Never narrows: of two cells the wider one counts (spec/permissions §6).
    void widen(Permission permission, Cell cell);
    void widen(Grants const& other);
    void take_away(Permission permission);
    // Whether nothing here is wider than there: nobody grants what they do not hold (I-7).
    bool within(Grants const& other) const;
    bool within(Grants const& other, Permission permission) const
    {
        return cell(permission) <= other.cell(permission);
    }

    bool operator==(Grants const&) const = default;

private:
    using Bits = std::bitset<most_permissions>;
    Bits everywhere_; // at most one of the three is set for a permission
    Bits assigned_;
    Bits own_;
};

} // namespace gatehouse::policy
