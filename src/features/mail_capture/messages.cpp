// Captured mail as JSON with Mailpit's names.
#include "features/mail_capture/messages.h"

#include "core/json.h"
#include "core/text.h"

#include <utility>

namespace gatehouse::mail_capture {
namespace {

json::Value mailbox(std::string const& name, std::string const& address)
{
    return json::Object{{"Name", name}, {"Address", address}};
}

// The beginning of the text in one line, cut between characters.
std::string snippet_of(std::string const& text)
{
    constexpr std::size_t longest = 250;
    std::string line;
    for (auto const c : text) {
        bool const blank = c == ' ' || c == '\n' || c == '\r' || c == '\t';
        if (!blank)
            line += c;
        else if (!line.empty() && line.back() != ' ')
            line += ' ';
    }
    if (line.size() > longest) {
        auto end = longest;
        while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xc0) == 0x80)
            --end;
        line.resize(end);
    }
    return std::string(trimmed(line));
}

json::Object shared_members(domain::CapturedMail const& mail)
{
    return {
        {"ID", mail.id},
        {"MessageID", mail.message_id},
        {"From", mailbox(mail.from_name, mail.from_address)},
        {"To", json::Array{mailbox(mail.to_name, mail.to_address)}},
        {"Cc", json::Array()},
        {"Bcc", json::Array()},
        {"Subject", mail.subject},
        {"Size", static_cast<std::int64_t>(mail.raw.size())},
    };
}

json::Value summary_of(domain::CapturedMail const& mail)
{
    auto members = shared_members(mail);
    members.push_back({"Created", to_text(mail.created_at)});
    members.push_back({"Read", mail.was_read});
    members.push_back({"Tags", json::Array()});
    members.push_back({"Attachments", 0});
    members.push_back({"Snippet", snippet_of(mail.text)});
    return members;
}

} // namespace

std::string page_text(domain::CapturedMailPage const& page, std::int64_t start)
{
    json::Array messages;
    for (auto const& mail : page.mails)
        messages.push_back(summary_of(mail));
    return json::to_text(json::Object{
        {"total", page.stored},
        {"count", static_cast<std::int64_t>(page.mails.size())},
        {"messages_count", page.matching},
        {"start", start},
        {"messages", std::move(messages)},
    });
}

std::string mail_text(domain::CapturedMail const& mail)
{
    auto members = shared_members(mail);
    members.push_back({"ReplyTo", json::Array()});
    members.push_back({"Date", to_text(mail.created_at)});
    members.push_back({"HTML", mail.html});
    members.push_back({"Text", mail.text});
    members.push_back({"Attachments", json::Array()});
    return json::to_text(std::move(members));
}

} // namespace gatehouse::mail_capture
