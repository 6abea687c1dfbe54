// One mail message and its wire form: RFC 5322 with text and HTML as multipart/alternative.
#pragma once

#include "core/time.h"

#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatehouse::mail_text {

struct Mailbox {
    std::string name; // may be empty
    std::string address;
};

struct Message {
    Mailbox from;
    Mailbox to;
    std::string subject;
    std::string text; // plain part
    std::string html; // HTML part
    std::string message_id; // `local@domain`, without angle brackets
    Instant date;
    std::vector<std::pair<std::string, std::string>> extra_headers;
};

enum class MessageProblem {
    unsafe_header, // CR, LF, NUL, another control character, or not UTF-8
    unusable_address, // not one plain `local@domain`
    missing_part, // text and HTML are always both sent
};

std::string_view describe(MessageProblem problem);

// One plain `local@domain` of at most 320 bytes. Quoted local parts and route forms are refused:
// what an SMTP command or an address list could read in two ways is not sent.
bool is_usable_address(std::string_view address);

// A display name that cannot end its header.
bool is_usable_name(std::string_view name);

// Lines end with CRLF; dots are stuffed by the transport.
std::expected<std::string, MessageProblem> to_mime(Message const& message);

} // namespace gatehouse::mail_text
