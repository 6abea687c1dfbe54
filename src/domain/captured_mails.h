// Mail kept for reading instead of being sent (transport `capture`, development and test).
#pragma once

#include "core/async.h"
#include "core/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::domain {

struct CapturedMail {
    std::string id;
    std::string message_id; // without angle brackets
    std::string from_name;
    std::string from_address;
    std::string to_name;
    std::string to_address;
    std::string subject;
    std::string text;
    std::string html;
    std::string raw; // as it would have travelled
    bool was_read = false;
    Instant created_at;
};

// All parts must be contained, A–Z folded; empty lists admit everything.
struct CapturedMailQuery {
    std::vector<std::string> to; // in name or address
    std::vector<std::string> from;
    std::vector<std::string> subject;
    std::vector<std::string> anywhere; // in addresses, subject or text
};

struct CapturedMailPage {
    std::vector<CapturedMail> mails; // newest first
    std::int64_t stored = 0; // all that are kept
    std::int64_t matching = 0; // those that the query admits
};

class CapturedMails {
public:
    virtual ~CapturedMails() = default;
    // The same id again adds nothing: a message sent twice is captured once.
    virtual Async<void> insert(CapturedMail mail) = 0;
    virtual Async<CapturedMailPage> search(CapturedMailQuery query, int start, int limit) = 0;
    virtual Async<std::optional<CapturedMail>> find(std::string id) = 0;
    virtual Async<std::optional<CapturedMail>> latest() = 0;
    virtual Async<void> mark_read(std::string id) = 0;
    virtual Async<void> clear() = 0;
};

} // namespace gatehouse::domain
