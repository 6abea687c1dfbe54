// Reading a session.
#include "storage/sql/session_row.h"

#include <utility>

namespace gatehouse::sql {
using domain::OrganizationId;
using domain::Session;
using domain::SessionId;
using domain::Surface;
using domain::UserId;

Session read_session(Row const& row, std::size_t from)
{
    Session session;
    session.id = SessionId(row.text(from));
    session.organization_id = OrganizationId(row.text(from + 1));
    session.user_id = UserId(row.text(from + 2));
    session.session_version = static_cast<int>(row.integer(from + 3));
    session.surface = row.text(from + 4) == "account" ? Surface::account : Surface::organization;
    session.ip_address = row.optional_text(from + 5);
    session.user_agent = row.optional_text(from + 6);
    session.device_fingerprint = row.optional_text(from + 7);
    session.device_id = row.optional_text(from + 8);
    session.device_name = row.optional_text(from + 9);
    session.country = row.optional_text(from + 10);
    session.city = row.optional_text(from + 11);
    session.auth_methods = row.optional_texts(from + 12).value_or(std::vector<std::string>());
    session.remember_me = row.boolean(from + 13);
    session.created_at = row.instant(from + 14);
    session.last_seen_at = row.instant(from + 15);
    session.expires_at = row.instant(from + 16);
    session.absolute_expires_at = row.instant(from + 17);
    session.logged_out_at = row.optional_instant(from + 18);
    session.revoked_at = row.optional_instant(from + 19);
    session.device_classes = row.optional_texts(from + 20).value_or(std::vector<std::string>());
    if (auto by = row.optional_text(from + 21))
        session.impersonation = domain::Impersonation{
            .by = UserId(std::move(*by)),
            .from = SessionId(row.optional_text(from + 22).value_or("")),
            .reason = row.optional_text(from + 23).value_or("")
        };
    return session;
}

} // namespace gatehouse::sql
