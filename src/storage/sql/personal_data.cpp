// Rows of any section as objects, by what the section says of its columns.
#include "domain/personal_data.h"

#include "storage/sql/personal_sections.h"
#include "storage/sql/stores.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace gatehouse::sql {
namespace {
using domain::OrganizationId;
using domain::PersonalData;
using domain::PersonalRows;
using domain::UserId;

struct Column {
    std::string name;
    char kind = 't';
};

std::vector<Column> columns_in(std::string_view text)
{
    std::vector<Column> columns;
    while (!text.empty()) {
        auto const word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(text.size(), word.size() + 1));
        auto const colon = word.find(':');
        Column column{.name = std::string(word.substr(0, colon))};
        if (colon != std::string_view::npos)
            column.kind = word.at(colon + 1);
        columns.push_back(std::move(column));
    }
    return columns;
}

json::Value json_in(std::string const& text)
{
    auto parsed = json::parse(text);
    if (!parsed)
        throw std::runtime_error("a column of JSON that is none");
    return std::move(*parsed);
}

json::Value list_of(std::vector<std::string> const& texts)
{
    json::Array list;
    for (auto const& text : texts)
        list.emplace_back(text);
    return json::Value(std::move(list));
}

json::Value cell(Row const& row, std::size_t at, char kind)
{
    if (row.is_null(at))
        return {};
    switch (kind) {
    case 't':
        return json::Value(row.text(at));
    case 'i':
        return json::Value(row.integer(at));
    case 'b':
        return json::Value(row.boolean(at));
    case 'd':
        return json::Value(gatehouse::to_text(row.instant(at)));
    case 'j':
        return json_in(row.text(at));
    case 'l':
        return list_of(row.texts(at));
    default:
        throw std::logic_error("a column of an unknown kind");
    }
}

class SqlPersonalData final : public PersonalData {
public:
    explicit SqlPersonalData(Connection& connection)
        : connection_(connection)
    {
    }

    std::vector<std::string_view> sections() const override
    {
        std::vector<std::string_view> names;
        for (auto const& section : personal_sections)
            names.push_back(section.name);
        return names;
    }

    Async<PersonalRows> rows(
        std::size_t section,
        OrganizationId organization,
        UserId user,
        std::string after,
        std::int64_t limit
    ) override
    {
        auto const& wanted = personal_sections.at(section);
        auto const columns = columns_in(wanted.columns);
        auto bound = values(organization, user, after, limit);
        auto const found = co_await connection_.query(
            wanted.statement, Scope::person(organization, user), std::move(bound)
        );
        PersonalRows read;
        for (auto const row : found) {
            json::Object object;
            for (std::size_t at = 0; at < columns.size(); ++at)
                object.push_back({columns[at].name, cell(row, at, columns[at].kind)});
            read.rows.push_back(std::move(object));
            read.last = row.text(0);
        }
        co_return read;
    }

private:
    Connection& connection_;
};

} // namespace

std::unique_ptr<domain::PersonalData> make_personal_data(Connection& connection)
{
    return std::make_unique<SqlPersonalData>(connection);
}

} // namespace gatehouse::sql
