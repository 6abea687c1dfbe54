// The stores of the domain, each written once over a connection.
#pragma once

#include "core/changes.h"
#include "core/random.h"
#include "storage/sql/connection.h"

#include <memory>

namespace gatehouse::domain {
class Assignments;
class Attempts;
class AuditKeys;
class AuditLog;
class CapturedMails;
class CustomRoles;
class Directory;
class Evidence;
class FirstLinkStore;
class Invitations;
class Ledger;
class Members;
class OneTimeTokens;
class Organizations;
class OutboxStore;
class PersonalData;
class Pictures;
class RateCounters;
class RefreshTokens;
class Reports;
class ResetRequests;
class Resources;
class RiskDecisions;
class SealedLedger;
class Seals;
class SecondFactors;
class SecurityRulesStore;
class SessionHistory;
class SessionList;
class Sessions;
class SigningKeys;
class StepUpChallenges;
class Users;
class Vaults;
class Storage;
} // namespace gatehouse::domain

namespace gatehouse::sql {

std::unique_ptr<domain::Assignments> make_assignments(Connection& connection);
std::unique_ptr<domain::Attempts> make_attempts(Connection& connection);
std::unique_ptr<domain::AuditKeys> make_audit_keys(Connection& connection);
std::unique_ptr<domain::AuditLog> make_audit_log(Connection& connection);
std::unique_ptr<domain::CapturedMails> make_captured_mails(Connection& connection);
std::unique_ptr<domain::CustomRoles> make_custom_roles(Connection& connection);
std::unique_ptr<domain::Directory> make_directory(Connection& connection);
std::unique_ptr<domain::Evidence> make_evidence(Connection& connection);
std::unique_ptr<domain::FirstLinkStore> make_first_link(Connection& connection);
std::unique_ptr<domain::Invitations> make_invitations(Connection& connection);
std::unique_ptr<domain::Ledger> make_ledger(Connection& connection, Random& random);
std::unique_ptr<domain::Members> make_members(Connection& connection);
std::unique_ptr<domain::OneTimeTokens> make_one_time_tokens(Connection& connection);
std::unique_ptr<domain::Organizations> make_organizations(Connection& connection);
std::unique_ptr<domain::OutboxStore> make_outbox(Connection& connection);
std::unique_ptr<domain::PersonalData> make_personal_data(Connection& connection);
std::unique_ptr<domain::Pictures> make_pictures(Connection& connection);
std::unique_ptr<domain::RateCounters> make_rate_counters(Connection& connection);
std::unique_ptr<domain::RefreshTokens> make_refresh_tokens(Connection& connection);
std::unique_ptr<domain::Reports> make_reports(Connection& connection);
std::unique_ptr<domain::ResetRequests> make_reset_requests(Connection& connection);
std::unique_ptr<domain::Resources> make_resources(Connection& connection);
std::unique_ptr<domain::RiskDecisions> make_risk_decisions(Connection& connection);
std::unique_ptr<domain::SealedLedger> make_sealed_ledger(Connection& connection);
std::unique_ptr<domain::Seals> make_seals(Connection& connection);
std::unique_ptr<domain::SecondFactors> make_second_factors(Connection& connection);
std::unique_ptr<domain::SecurityRulesStore> make_security_rules(Connection& connection);
std::unique_ptr<domain::SessionHistory> make_session_history(Connection& connection);
std::unique_ptr<domain::SessionList> make_session_list(Connection& connection);
std::unique_ptr<domain::Sessions> make_sessions(Connection& connection);
std::unique_ptr<domain::SigningKeys> make_signing_keys(Connection& connection);
std::unique_ptr<domain::StepUpChallenges> make_step_up_challenges(Connection& connection);
std::unique_ptr<domain::Users> make_users(Connection& connection);
std::unique_ptr<domain::Vaults> make_vaults(Connection& connection);

// Storage over a database, which must outlive it. `random` salts the ledger's commitments;
// `changes` is told what units of work have changed, before whoever awaits their commit goes on.
std::unique_ptr<domain::Storage> make_storage(Database& database, Random& random, Changes& changes);
// For processes that keep nothing in memory: one command of an operator.
std::unique_ptr<domain::Storage> make_storage(Database& database, Random& random);

} // namespace gatehouse::sql
