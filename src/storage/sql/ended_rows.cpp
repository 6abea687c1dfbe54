// One pattern for all tables: which rows have ended, in the order of an index, and whom they are
// about. Nothing that is still good matches, whatever its other times say.
#include "storage/sql/ended_rows.h"

#include "storage/sql/join.h"

#include <stdexcept>

namespace gatehouse::sql {
namespace {
using domain::Ended;

// An organization with times or holds of its own has its turn apart.
constexpr Text usual_tenant
    = " AND NOT EXISTS (SELECT 1 FROM retention_settings r WHERE r.organization_id = "
      "t.organization_id) AND NOT EXISTS (SELECT 1 FROM legal_holds h WHERE h.organization_id = "
      "t.organization_id)";
constexpr Text usual_person
    = " AND NOT EXISTS (SELECT 1 FROM users u WHERE u.id = t.user_id AND (EXISTS (SELECT 1 FROM "
      "retention_settings r WHERE r.organization_id = u.organization_id) OR EXISTS (SELECT 1 FROM "
      "legal_holds h WHERE h.organization_id = u.organization_id)))";
// Nor what went to somebody who is held: it names them by their address.
constexpr Text mail_in_one
    = " AND t.organization_id = $3 AND NOT EXISTS (SELECT 1 FROM legal_holds h LEFT JOIN users u "
      "ON u.organization_id = h.organization_id AND u.id = h.user_id WHERE h.organization_id = "
      "t.organization_id AND (h.user_id = '' OR lower(u.email) = lower(t.recipient)))";
constexpr Text offer_in_one
    = " AND t.organization_id = $3 AND NOT EXISTS (SELECT 1 FROM legal_holds h LEFT JOIN users u "
      "ON u.organization_id = h.organization_id AND u.id = h.user_id WHERE h.organization_id = "
      "t.organization_id AND (h.user_id = '' OR lower(u.email) = lower(t.email)))";
constexpr Text of_one
    = " AND t.organization_id = $3 AND NOT EXISTS (SELECT 1 FROM legal_holds h WHERE "
      "h.organization_id = t.organization_id AND h.user_id IN ('', t.user_id))";
constexpr Text person_of_one
    = " AND EXISTS (SELECT 1 FROM users u WHERE u.id = t.user_id AND u.organization_id = $3 "
      "AND NOT EXISTS (SELECT 1 FROM legal_holds h WHERE h.organization_id = u.organization_id "
      "AND h.user_id IN ('', u.id)))";
constexpr Text nothing = "";
constexpr Text ids = " RETURNING organization_id, id";

// `column`: the end that an index is in the order of.
template <Text table, Text column, Text ended, Text whose, Text returning>
constexpr auto removal = either(
    {.postgres = joined<
         "DELETE FROM ",
         table,
         " WHERE ctid = ANY (ARRAY(SELECT t.ctid FROM ",
         table,
         " t WHERE t.",
         column,
         " < $1",
         ended,
         whose,
         " ORDER BY t.",
         column,
         " LIMIT $2))",
         returning>,
     .sqlite = joined<
         "DELETE FROM ",
         table,
         " WHERE rowid IN (SELECT t.rowid FROM ",
         table,
         " t WHERE t.",
         column,
         " < $1",
         ended,
         whose,
         " ORDER BY t.",
         column,
         " LIMIT $2)",
         returning>}
);

// What SQL ended early stays as long as what ended by itself.
constexpr Text made_before = " AND t.created_at < $1";
constexpr Text not_reused
    = " AND t.issued_at < $1 AND NOT EXISTS (SELECT 1 FROM refresh_tokens f WHERE "
      "f.organization_id = t.organization_id AND f.family_id = t.family_id AND "
      "f.suspicious_reuse_at IS NOT NULL)";
constexpr Text issued_before = " AND t.issued_at < $1";
constexpr Text session_ended
    = " AND t.created_at < $1 AND (t.expires_at < $1 OR t.absolute_expires_at < $1 OR "
      "t.logged_out_at < $1 OR t.revoked_at < $1) AND NOT EXISTS (SELECT 1 FROM refresh_tokens f "
      "WHERE f.organization_id = t.organization_id AND f.session_id = t.id)";
constexpr Text mail_ended = " AND t.status IN ('sent', 'failed', 'cancelled') AND t.created_at < "
                            "$1 AND (t.sent_at IS NULL OR t.sent_at < $1)";

struct Pair {
    Statement const& usual;
    Statement const& single;
};
template <Text one, Text person, Text kept>
struct Of { // whose rows: of everybody usual, of one organization
    template <Text table, Text column, Text ended> static Pair pair()
    {
        return {removal<table, column, ended, person, kept>, removal<table, column, ended, one, kept>};
    }
};
using People = Of<of_one, usual_tenant, nothing>;
using Sessions = Of<of_one, usual_tenant, ids>;
using Mails = Of<mail_in_one, usual_tenant, nothing>;
using Offers = Of<offer_in_one, usual_tenant, nothing>;
using Global = Of<person_of_one, usual_person, nothing>;
using Nobodys = Of<nothing, nothing, nothing>;

Pair statements_of(Ended kind)
{
    switch (kind) {
    case Ended::one_time_tokens:
        return People::pair<"one_time_tokens", "expires_at", made_before>();
    case Ended::step_up_challenges:
        return People::pair<"step_up_challenges", "expires_at", made_before>();
    case Ended::invitations:
        return Offers::pair<"invitations", "expires_at", made_before>();
    case Ended::refresh_tokens:
        return People::pair<"refresh_tokens", "expires_at", not_reused>();
    case Ended::reused_refresh_tokens:
        return People::pair<"refresh_tokens", "expires_at", issued_before>();
    case Ended::sessions:
        return Sessions::pair<"sessions", "last_seen_at", session_ended>();
    case Ended::mails:
        return Mails::pair<"outbox", "next_attempt_at", mail_ended>();
    case Ended::cleared_notifications:
        return People::pair<"notifications", "cleared_at", nothing>();
    case Ended::notifications:
        return People::pair<"notifications", "created_at", nothing>();
    case Ended::attempts:
        return Global::pair<"login_attempts", "attempted_at", nothing>();
    case Ended::reset_requests:
        return Global::pair<"reset_requests", "requested_at", nothing>();
    case Ended::counters:
        return Nobodys::pair<"rate_counters", "updated_at", nothing>();
    case Ended::captured_mails:
        return Nobodys::pair<"captured_mails", "created_at", nothing>();
    }
    throw std::logic_error("nobody removes what has ended so");
}

} // namespace

Statement const& removal_of(Ended kind)
{
    return statements_of(kind).usual;
}

Statement const& removal_in_one(Ended kind)
{
    return statements_of(kind).single;
}

} // namespace gatehouse::sql
