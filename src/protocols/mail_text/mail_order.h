// What a feature asks to be mailed: kind, recipient and values; kept as JSON in the outbox.
#pragma once

#include "core/secret.h"
#include "core/time.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::mail_text {

enum class MailKind {
    verify_email, // one link
    password_reset, // one link for each account of the address (decisions D-100)
    password_changed, // notice
    sessions_ended, // notice: a refresh token was used twice
    address_changed, // notice to the old address
    invitation, // one link, with the organization that invites
    step_up_code, // a code, and what it is asked for
    new_sign_in, // notice: from a device that is new; one link that denies it
    erasure_requested, // notice: when the account and its data will go
    account_erased, // notice: they are going now
    erasure_taken_back, // notice: they stay
};

struct MailLink {
    SecretString token;
    std::string organization = {}; // said beside the link where there are several; who invites
};

struct MailOrder {
    MailKind kind = MailKind::verify_email;
    std::string recipient; // the stored address
    std::string recipient_name = {}; // may be empty
    std::vector<MailLink> links = {};
    std::string callback_url = {}; // verify_email: where to go afterwards; checked by the feature
    std::string new_address = {}; // address_changed
    SecretString code = {}; // step_up_code
    std::optional<Instant> happened_at = {}; // notices
    std::string device = {}; // new_sign_in, as the client says
    std::string place = {}; // new_sign_in
    std::string address = {}; // new_sign_in: of the network
};

// JSON with the live tokens in it: to be sealed before it is stored.
SecretString to_payload(MailOrder const& order);

// Nothing when it is not a payload that to_payload() wrote.
std::optional<MailOrder> parse_payload(SecretString const& payload);

} // namespace gatehouse::mail_text
