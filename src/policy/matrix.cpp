// Six cells on each line, no quoting.
#include "policy/matrix.h"

#include <algorithm>
#include <utility>

namespace gatehouse::policy {
namespace {

constexpr std::string_view heading = "action,permission_id,owner,admin,manager,staff";
constexpr std::size_t longest_id = 64;

std::vector<std::string_view> cut(std::string_view text, char at)
{
    std::vector<std::string_view> pieces;
    while (true) {
        auto const end = text.find(at);
        pieces.push_back(text.substr(0, end));
        if (end == std::string_view::npos)
            return pieces;
        text.remove_prefix(end + 1);
    }
}

std::string quoted(std::string_view text)
{
    return "\"" + std::string(text.substr(0, 80)) + "\"";
}

MatrixRow read_row(std::string_view text, std::size_t line)
{
    auto const cells = cut(text, ',');
    if (cells.size() != 2 + every_role.size())
        throw PolicyError(
            matrix_file,
            line,
            quoted(text) + " has " + std::to_string(cells.size()) + " cells, not 6"
        );
    MatrixRow row{.id = std::string(cells[1]), .line = line};
    if (!is_permission_id(row.id))
        throw PolicyError(matrix_file, line, quoted(row.id) + " is no permission id");
    for (std::size_t role = 0; role < every_role.size(); ++role) {
        auto const cell = parse_cell(cells[2 + role]);
        if (!cell)
            throw PolicyError(
                matrix_file,
                line,
                quoted(cells[2 + role]) + " in the column " + std::string(to_text(every_role[role]))
                    + " is none of 1, a, s and 0"
            );
        row.cells[role] = *cell;
    }
    return row;
}

} // namespace

bool is_permission_id(std::string_view text)
{
    auto const is_letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    };
    auto const is_fit = [&](char c) {
        return is_letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    };
    return !text.empty() && text.size() <= longest_id && is_letter(text.front())
        && std::ranges::all_of(text, is_fit);
}

std::vector<MatrixRow> read_matrix(std::string_view text)
{
    std::vector<MatrixRow> rows;
    std::size_t line = 0;
    for (auto written : cut(text, '\n')) {
        ++line;
        if (written.ends_with('\r'))
            written.remove_suffix(1);
        if (line == 1) {
            if (written != heading)
                throw PolicyError(matrix_file, 1, "must be " + quoted(heading));
            continue;
        }
        if (written.empty() || written.starts_with('#'))
            continue;
        auto row = read_row(written, line);
        auto const same = std::ranges::find(rows, row.id, &MatrixRow::id);
        if (same != rows.end())
            throw PolicyError(
                matrix_file, line, row.id + " stands in line " + std::to_string(same->line) + " too"
            );
        rows.push_back(std::move(row));
    }
    return rows;
}

} // namespace gatehouse::policy
