// Cells, column by column.
#include "features/compliance/access_rows.h"

namespace gatehouse::compliance {

std::vector<std::string> const& access_columns()
{
    static std::vector<std::string> const columns{
        "user_id",
        "email",
        "role",
        "custom_role_id",
        "custom_role",
        "status",
        "member_since",
        "permissions",
        "role_seq",
        "custom_role_seq",
        "status_seq"
    };
    return columns;
}

std::vector<std::string> const& review_columns()
{
    static std::vector<std::string> const columns{
        "user_id",
        "email",
        "role",
        "custom_role_id",
        "custom_role",
        "status",
        "permissions",
        "decision",
        "reason",
        "decided_by",
        "decided_at"
    };
    return columns;
}

void append_row(
    Sheet& into,
    domain::AccessThen const& row,
    policy::Policy const& policy,
    std::optional<policy::Permission> permission
)
{
    into.text(std::string_view(row.user_id));
    into.text(std::string_view(row.email));
    into.text(std::string_view(row.role));
    into.text(row.custom_role_id);
    into.text(row.custom_role);
    into.text(std::string_view(row.status));
    into.moment(row.since);
    into.text(std::string_view(domain::in_words(row.grants, policy, permission)));
    into.number(row.role_row);
    into.number(row.custom_role_row);
    into.number(row.status_row);
    into.end_row();
}

void append_row(Sheet& into, domain::ReviewItem const& row)
{
    into.text(std::string_view(row.user_id));
    into.text(row.email);
    into.text(std::string_view(row.role));
    into.text(row.custom_role_id);
    into.text(row.custom_role);
    into.text(std::string_view(row.status));
    into.text(std::string_view(row.permissions));
    into.text(row.decision);
    into.text(row.reason);
    into.text(row.decided_by);
    into.moment(row.decided_at);
    into.end_row();
}

} // namespace gatehouse::compliance
