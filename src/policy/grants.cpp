// Bit sets of cells.
#include "policy/grants.h"

namespace gatehouse::policy {

char to_letter(Cell cell)
{
    switch (cell) {
    case Cell::denied:
        return '0';
    case Cell::own:
        return 's';
    case Cell::assigned:
        return 'a';
    case Cell::everywhere:
        return '1';
    }
    return '0';
}

std::optional<Cell> parse_cell(std::string_view text)
{
    for (auto const cell : {Cell::denied, Cell::own, Cell::assigned, Cell::everywhere})
        if (text.size() == 1 && text.front() == to_letter(cell))
            return cell;
    return std::nullopt;
}

void Grants::widen(Permission permission, Cell cell)
{
    if (cell <= this->cell(permission))
        return;
    take_away(permission);
    auto const at = index(permission);
    everywhere_[at] = cell == Cell::everywhere;
    assigned_[at] = cell == Cell::assigned;
    own_[at] = cell == Cell::own;
}

void Grants::widen(Grants const& other)
{
    everywhere_ |= other.everywhere_;
    assigned_ = (assigned_ | other.assigned_) & ~everywhere_;
    own_ = (own_ | other.own_) & ~everywhere_ & ~assigned_;
}

void Grants::take_away(Permission permission)
{
    auto const at = index(permission);
    everywhere_[at] = false;
    assigned_[at] = false;
    own_[at] = false;
}

bool Grants::within(Grants const& other) const
{
    auto const at_least_assigned = other.everywhere_ | other.assigned_;
    auto const at_least_own = at_least_assigned | other.own_;
    return (everywhere_ & ~other.everywhere_).none() && (assigned_ & ~at_least_assigned).none()
        && (own_ & ~at_least_own).none();
}

} // namespace gatehouse::policy
