// Encoding and hashing rows, batches and checkpoints.
#include "domain/ledger_chain.h"

#include "core/text.h"

#include <algorithm>
#include <charconv>

namespace gatehouse::domain {
namespace {

constexpr std::string_view row_prefix("gatehouse-ledger-v1\0", 20);
constexpr std::string_view genesis_prefix("gatehouse-ledger-genesis\0", 25);
constexpr std::string_view checkpoint_prefix("gatehouse-checkpoint-v1\0", 24);
constexpr std::string_view pruning_prefix("gatehouse-pruning-v1\0", 21);
constexpr std::string_view key_change_prefix("gatehouse-key-change-v1\0", 24);
constexpr std::string_view manifest_prefix("gatehouse-manifest-v1\0", 22);

void append_length(std::string& into, std::uint32_t length)
{
    char const bytes[]
        = {static_cast<char>(length >> 24),
           static_cast<char>(length >> 16),
           static_cast<char>(length >> 8),
           static_cast<char>(length)};
    into.append(bytes, sizeof bytes);
}

void append_null(std::string& into)
{
    append_length(into, 0xFFFFFFFFU);
}

void append_number(std::string& into, std::int64_t number)
{
    char digits[24];
    auto const end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    append_encoded(into, std::string_view(digits, static_cast<std::size_t>(end - digits)));
}

std::string_view view_of(Digest const& digest)
{
    return {reinterpret_cast<char const*>(digest.data()), digest.size()};
}

Digest node(Digest const& left, Digest const& right)
{
    char text[65];
    text[0] = 1;
    std::ranges::copy(left, text + 1);
    std::ranges::copy(right, text + 33);
    return crypto::sha256_digest({text, sizeof text});
}

} // namespace

void append_encoded(std::string& into, std::string_view text)
{
    append_length(into, static_cast<std::uint32_t>(text.size()));
    into += text;
}

void append_encoded(std::string& into, std::optional<std::string> const& text)
{
    if (text)
        append_encoded(into, std::string_view(*text));
    else
        append_null(into);
}

std::string pii_commitment(
    std::string_view salt,
    std::optional<std::string> const& ip_address,
    std::optional<std::string> const& user_agent,
    std::optional<std::string> const& email,
    std::optional<std::string> const& personal
)
{
    std::string committed;
    append_encoded(committed, ip_address);
    append_encoded(committed, user_agent);
    append_encoded(committed, email);
    append_encoded(committed, personal);
    return crypto::hmac_sha256(salt, committed);
}

Commitment commitment_of(LedgerRow const& row)
{
    if (row.pii_salt) {
        bool const kept
            = pii_commitment(*row.pii_salt, row.ip_address, row.user_agent, row.email, row.personal)
            == row.pii_commitment;
        return kept ? Commitment::kept : Commitment::broken;
    }
    bool const nothing = !row.ip_address && !row.user_agent && !row.email && !row.personal;
    return nothing ? Commitment::erased : Commitment::broken;
}

Digest genesis_hash(OrganizationId const& organization)
{
    return crypto::sha256_digest(std::string(genesis_prefix) + organization.text());
}

RowHasher::RowHasher(OrganizationId const& organization)
{
    append_encoded(organization_, std::string_view(organization.text()));
}

Digest RowHasher::hash(std::int64_t seq, LedgerRow const& row, Digest const& previous)
{
    buffer_ = row_prefix;
    buffer_ += view_of(previous);
    buffer_ += organization_;
    append_number(buffer_, seq);
    append_number(buffer_, row.id);
    append_encoded(buffer_, std::string_view(row.created_at));
    append_encoded(buffer_, std::string_view(row.event_type));
    append_encoded(buffer_, std::string_view(row.outcome));
    if (row.status)
        append_number(buffer_, *row.status);
    else
        append_null(buffer_);
    append_encoded(buffer_, row.actor_id);
    append_encoded(buffer_, row.user_id);
    append_encoded(buffer_, row.session_id);
    append_encoded(buffer_, row.resource);
    append_encoded(buffer_, row.resource_id);
    append_encoded(buffer_, row.correlation_id);
    append_encoded(buffer_, std::string_view(row.details));
    buffer_ += row.pii_commitment;
    return crypto::sha256_digest(buffer_);
}

void BatchTree::add(Digest const& row_hash)
{
    char text[33];
    text[0] = 0;
    std::ranges::copy(row_hash, text + 1);
    auto joined = std::pair(std::int64_t{1}, crypto::sha256_digest({text, sizeof text}));
    while (!subtrees_.empty() && subtrees_.back().first == joined.first) {
        joined = {joined.first * 2, node(subtrees_.back().second, joined.second)};
        subtrees_.pop_back();
    }
    subtrees_.push_back(joined);
    ++size_;
}

Digest BatchTree::root() const
{
    if (subtrees_.empty())
        return crypto::sha256_digest("");
    auto root = subtrees_.back().second;
    for (auto at = subtrees_.rbegin() + 1; at != subtrees_.rend(); ++at)
        root = node(at->second, root);
    return root;
}

void BatchTree::clear()
{
    size_ = 0;
    subtrees_.clear();
}

std::string signed_text(Checkpoint const& checkpoint)
{
    std::string text(checkpoint_prefix);
    append_encoded(text, std::string_view(checkpoint.organization_id.text()));
    append_number(text, checkpoint.chain_seq);
    text += view_of(checkpoint.head_hash);
    text += view_of(checkpoint.batch_root);
    append_encoded(text, std::string_view(to_text(checkpoint.created_at)));
    return text;
}

std::string signed_text(Pruning const& pruning)
{
    std::string text(pruning_prefix);
    append_encoded(text, std::string_view(pruning.organization_id.text()));
    append_number(text, pruning.chain_seq);
    text += view_of(pruning.head_hash);
    append_encoded(text, std::string_view(to_text(pruning.created_at)));
    return text;
}

std::string signed_text(KeyChange const& change, std::string_view kid)
{
    std::string text(key_change_prefix);
    append_encoded(text, std::string_view(change.previous_kid));
    append_encoded(text, kid);
    append_encoded(text, std::string_view(to_text(change.changed_at)));
    return text;
}

std::string signed_manifest(std::string_view manifest)
{
    return std::string(manifest_prefix).append(manifest);
}

std::string kid_of(std::string_view public_key)
{
    return crypto::sha256_hex(public_key);
}

std::string bytes_of(Digest const& digest)
{
    return std::string(view_of(digest));
}

std::optional<Digest> digest_of(std::string_view bytes)
{
    Digest digest;
    if (bytes.size() != digest.size())
        return std::nullopt;
    std::ranges::transform(bytes, digest.begin(), [](char one) {
        return static_cast<std::uint8_t>(one);
    });
    return digest;
}

} // namespace gatehouse::domain
