// Mail kept for reading instead of being sent.
#include "domain/captured_mails.h"

#include "core/text.h"
#include "storage/sql/join.h"
#include "storage/sql/stores.h"

#include <utility>

namespace gatehouse::sql {
namespace {
using domain::CapturedMail;
using domain::CapturedMailPage;
using domain::CapturedMailQuery;
using domain::CapturedMails;

constexpr Statement insert_mail(
    "INSERT INTO captured_mails (id, message_id, from_name, from_address, to_name, to_address, "
    "subject, text_part, html_part, raw, created_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO NOTHING"
);

constexpr Text select_mails
    = "SELECT id, message_id, from_name, from_address, to_name, to_address, subject, text_part, "
      "html_part, raw, was_read, created_at FROM captured_mails";

// $1 to $4: lists of lower-case parts that `to`, `from`, the subject and the whole must contain.
constexpr Text postgres_filter
    = " WHERE NOT EXISTS (SELECT 1 FROM unnest($1::text[]) AS part(word) WHERE "
      "position(part.word IN lower((to_name || ' ' || to_address) COLLATE \"C\")) = 0) "
      "AND NOT EXISTS (SELECT 1 FROM unnest($2::text[]) AS part(word) WHERE "
      "position(part.word IN lower((from_name || ' ' || from_address) COLLATE \"C\")) = 0) "
      "AND NOT EXISTS (SELECT 1 FROM unnest($3::text[]) AS part(word) WHERE "
      "position(part.word IN lower(subject COLLATE \"C\")) = 0) "
      "AND NOT EXISTS (SELECT 1 FROM unnest($4::text[]) AS part(word) WHERE "
      "position(part.word IN lower((from_name || ' ' || from_address || ' ' || to_name || ' ' "
      "|| to_address || ' ' || subject || ' ' || text_part) COLLATE \"C\")) = 0)";
constexpr Text sqlite_filter
    = " WHERE NOT EXISTS (SELECT 1 FROM json_each($1) AS part WHERE "
      "instr(lower(to_name || ' ' || to_address), part.value) = 0) "
      "AND NOT EXISTS (SELECT 1 FROM json_each($2) AS part WHERE "
      "instr(lower(from_name || ' ' || from_address), part.value) = 0) "
      "AND NOT EXISTS (SELECT 1 FROM json_each($3) AS part WHERE "
      "instr(lower(subject), part.value) = 0) "
      "AND NOT EXISTS (SELECT 1 FROM json_each($4) AS part WHERE "
      "instr(lower(from_name || ' ' || from_address || ' ' || to_name || ' ' || to_address "
      "|| ' ' || subject || ' ' || text_part), part.value) = 0)";
constexpr Text newest_first = " ORDER BY created_at DESC, id DESC LIMIT $5 OFFSET $6";

constexpr auto search_mails = either(
    {.postgres = joined<select_mails, postgres_filter, newest_first>,
     .sqlite = joined<select_mails, sqlite_filter, newest_first>}
);
constexpr auto count_matching = either(
    {.postgres = joined<"SELECT count(*) FROM captured_mails", postgres_filter>,
     .sqlite = joined<"SELECT count(*) FROM captured_mails", sqlite_filter>}
);
constexpr Statement count_all("SELECT count(*) FROM captured_mails");
constexpr Statement find_mail(joined<select_mails, " WHERE id = $1">);
constexpr Statement find_latest(joined<select_mails, " ORDER BY created_at DESC, id DESC LIMIT 1">);
constexpr Statement set_read("UPDATE captured_mails SET was_read = true WHERE id = $1");
constexpr Statement delete_all("DELETE FROM captured_mails");

TextList lower_case(std::vector<std::string> const& parts)
{
    std::vector<std::string> lower;
    for (auto const& part : parts)
        lower.push_back(ascii_lower(part));
    return TextList(std::move(lower));
}

CapturedMail mail_in(Row const& row)
{
    return {
        .id = row.text(0),
        .message_id = row.text(1),
        .from_name = row.text(2),
        .from_address = row.text(3),
        .to_name = row.text(4),
        .to_address = row.text(5),
        .subject = row.text(6),
        .text = row.text(7),
        .html = row.text(8),
        .raw = row.text(9),
        .was_read = row.boolean(10),
        .created_at = row.instant(11),
    };
}

std::optional<CapturedMail> only_mail(Rows const& rows)
{
    return rows.empty() ? std::nullopt : std::optional(mail_in(rows.front()));
}

class SqlCapturedMails final : public CapturedMails {
public:
    explicit SqlCapturedMails(Connection& connection)
        : connection_(connection)
    {
    }

    Async<void> insert(CapturedMail mail) override
    {
        auto bound = values(
            mail.id,
            mail.message_id,
            mail.from_name,
            mail.from_address,
            mail.to_name,
            mail.to_address,
            mail.subject,
            mail.text,
            mail.html,
            mail.raw,
            mail.created_at
        );
        connection_.later(insert_mail, Scope::global(), std::move(bound));
        co_return;
    }

    Async<CapturedMailPage> search(CapturedMailQuery query, int start, int limit) override
    {
        auto const to = lower_case(query.to);
        auto const from = lower_case(query.from);
        auto const subject = lower_case(query.subject);
        auto const anywhere = lower_case(query.anywhere);
        CapturedMailPage page;
        auto const found = co_await connection_.query(
            search_mails, Scope::global(), values(to, from, subject, anywhere, limit, start)
        );
        for (auto const row : found)
            page.mails.push_back(mail_in(row));
        auto const matching = co_await connection_.query(
            count_matching, Scope::global(), values(to, from, subject, anywhere)
        );
        page.matching = matching.front().integer(0);
        auto const stored = co_await connection_.query(count_all, Scope::global(), Values());
        page.stored = stored.front().integer(0);
        co_return page;
    }

    Async<std::optional<CapturedMail>> find(std::string id) override
    {
        auto const rows = co_await connection_.query(find_mail, Scope::global(), values(id));
        co_return only_mail(rows);
    }

    Async<std::optional<CapturedMail>> latest() override
    {
        auto const rows = co_await connection_.query(find_latest, Scope::global(), Values());
        co_return only_mail(rows);
    }

    Async<void> mark_read(std::string id) override
    {
        connection_.later(set_read, Scope::global(), values(id));
        co_return;
    }

    Async<void> clear() override
    {
        connection_.later(delete_all, Scope::global(), Values());
        co_return;
    }

private:
    Connection& connection_;
};

} // namespace

std::unique_ptr<CapturedMails> make_captured_mails(Connection& connection)
{
    return std::make_unique<SqlCapturedMails>(connection);
}

} // namespace gatehouse::sql
