// Writing and reading the lines.
#include "sealing/lines.h"

#include "core/text.h"
#include "sealing/canonical.h"

namespace gatehouse::sealing {
namespace {
constexpr std::size_t digest_size = 32;
constexpr std::size_t salt_size = 16;
constexpr std::size_t signature_size = 64;
constexpr std::int64_t proof_version = 1;

// A document is one line with its line feed.
std::optional<std::string_view> line_of(std::string_view document)
{
    if (!document.ends_with('\n'))
        return std::nullopt;
    return document.substr(0, document.size() - 1);
}

void read_stub(CanonicalReader& reader, RowLine& line)
{
    line.row.reset();
    reader.hex("row_hash", digest_size, line.row_hash);
    line.seq = reader.number("seq");
}

void read_whole(CanonicalReader& reader, RowLine& line)
{
    if (!line.row)
        line.row.emplace();
    auto& row = *line.row;
    reader.optional_text("actor_id", row.actor_id);
    reader.optional_text("correlation_id", row.correlation_id);
    reader.text("created_at", row.created_at);
    reader.text("details", row.details);
    reader.optional_text("email", row.email);
    reader.text("event_type", row.event_type);
    row.id = reader.number("id");
    reader.optional_text("ip_address", row.ip_address);
    reader.text("outcome", row.outcome);
    reader.optional_text("personal", row.personal);
    reader.hex("pii_commitment", digest_size, row.pii_commitment);
    reader.optional_hex("pii_salt", salt_size, row.pii_salt);
    reader.optional_text("resource", row.resource);
    reader.optional_text("resource_id", row.resource_id);
    reader.hex("row_hash", digest_size, line.row_hash);
    line.seq = reader.number("seq");
    reader.optional_text("session_id", row.session_id);
    row.status = reader.optional_number("status");
    reader.optional_text("user_agent", row.user_agent);
    reader.optional_text("user_id", row.user_id);
    row.version = reader.number("v");
}

} // namespace

void append_row(std::string& into, RowLine const& line)
{
    CanonicalWriter writer(into);
    if (!line.row) {
        writer.hex("row_hash", line.row_hash);
        writer.number("seq", line.seq);
        writer.end();
        return;
    }
    auto const& row = *line.row;
    writer.optional_text("actor_id", row.actor_id);
    writer.optional_text("correlation_id", row.correlation_id);
    writer.text("created_at", row.created_at);
    writer.text("details", row.details);
    writer.optional_text("email", row.email);
    writer.text("event_type", row.event_type);
    writer.number("id", row.id);
    writer.optional_text("ip_address", row.ip_address);
    writer.text("outcome", row.outcome);
    writer.optional_text("personal", row.personal);
    writer.hex("pii_commitment", row.pii_commitment);
    if (row.pii_salt)
        writer.hex("pii_salt", *row.pii_salt);
    writer.optional_text("resource", row.resource);
    writer.optional_text("resource_id", row.resource_id);
    writer.hex("row_hash", line.row_hash);
    writer.number("seq", line.seq);
    writer.optional_text("session_id", row.session_id);
    writer.optional_number("status", row.status);
    writer.optional_text("user_agent", row.user_agent);
    writer.optional_text("user_id", row.user_id);
    writer.number("v", row.version);
    writer.end();
}

bool parse_row(std::string_view text, RowLine& into)
{
    CanonicalReader reader(text);
    if (text.starts_with(R"({"row_hash")"))
        read_stub(reader, into);
    else
        read_whole(reader, into);
    return reader.end();
}

std::optional<RowLine> parse_row(std::string_view text)
{
    RowLine line;
    if (!parse_row(text, line))
        return std::nullopt;
    return line;
}

void append_checkpoint(std::string& into, CheckpointLine const& line)
{
    auto const& checkpoint = line.checkpoint;
    CanonicalWriter writer(into);
    writer.hex("batch_root", domain::bytes_of(checkpoint.batch_root));
    writer.number("chain_seq", checkpoint.chain_seq);
    writer.text("created_at", to_text(checkpoint.created_at));
    writer.hex("head_hash", domain::bytes_of(checkpoint.head_hash));
    writer.text("kid", checkpoint.kid);
    writer.text("organization_id", checkpoint.organization_id.text());
    writer.hex("public_key", line.public_key);
    writer.hex("signature", checkpoint.signature);
    writer.end();
}

std::optional<CheckpointLine> parse_checkpoint(std::string_view text)
{
    CheckpointLine line;
    auto& checkpoint = line.checkpoint;
    CanonicalReader reader(text);
    auto const root = domain::digest_of(reader.hex("batch_root", digest_size));
    checkpoint.chain_seq = reader.number("chain_seq");
    auto const created_at = reader.text("created_at");
    auto const head = domain::digest_of(reader.hex("head_hash", digest_size));
    checkpoint.kid = reader.text("kid");
    checkpoint.organization_id = domain::OrganizationId(reader.text("organization_id"));
    line.public_key = reader.hex("public_key", digest_size);
    checkpoint.signature = reader.hex("signature", signature_size);
    auto const moment = parse_instant(created_at);
    if (!reader.end() || !root || !head || !moment || to_text(*moment) != created_at
        || domain::kid_of(line.public_key) != checkpoint.kid)
        return std::nullopt;
    checkpoint.batch_root = *root;
    checkpoint.head_hash = *head;
    checkpoint.created_at = *moment;
    return line;
}

std::string pruning_json(PruningLine const& line)
{
    auto const& pruning = line.pruning;
    std::string text;
    CanonicalWriter writer(text);
    writer.number("chain_seq", pruning.chain_seq);
    writer.text("created_at", to_text(pruning.created_at));
    writer.hex("head_hash", domain::bytes_of(pruning.head_hash));
    writer.text("kid", pruning.kid);
    writer.text("organization_id", pruning.organization_id.text());
    writer.hex("public_key", line.public_key);
    writer.hex("signature", pruning.signature);
    writer.end();
    return text;
}

std::optional<PruningLine> parse_pruning(std::string_view text)
{
    auto const whole = line_of(text);
    if (!whole)
        return std::nullopt;
    PruningLine line;
    auto& pruning = line.pruning;
    CanonicalReader reader(*whole);
    pruning.chain_seq = reader.number("chain_seq");
    auto const created_at = reader.text("created_at");
    auto const head = domain::digest_of(reader.hex("head_hash", digest_size));
    pruning.kid = reader.text("kid");
    pruning.organization_id = domain::OrganizationId(reader.text("organization_id"));
    line.public_key = reader.hex("public_key", digest_size);
    pruning.signature = reader.hex("signature", signature_size);
    auto const moment = parse_instant(created_at);
    if (!reader.end() || !head || !moment || to_text(*moment) != created_at
        || domain::kid_of(line.public_key) != pruning.kid)
        return std::nullopt;
    pruning.head_hash = *head;
    pruning.created_at = *moment;
    return line;
}

std::string proof_json(Proof const& proof)
{
    std::string text;
    CanonicalWriter writer(text);
    writer.number("first_seq", proof.first_seq);
    writer.text("from", proof.from);
    writer.hex("head_hash", proof.head_hash);
    writer.number("last_seq", proof.last_seq);
    writer.text("organization_id", proof.organization_id.text());
    writer.hex("prev_hash", proof.prev_hash);
    writer.number("rows", proof.rows);
    writer.number("stubs", proof.stubs);
    writer.text("to", proof.to);
    writer.number("unsealed", proof.unsealed);
    writer.number("v", proof_version);
    writer.end();
    return text;
}

std::optional<Proof> parse_proof(std::string_view text)
{
    auto const line = line_of(text);
    if (!line)
        return std::nullopt;
    Proof proof;
    CanonicalReader reader(*line);
    proof.first_seq = reader.number("first_seq");
    proof.from = reader.text("from");
    proof.head_hash = reader.hex("head_hash", digest_size);
    proof.last_seq = reader.number("last_seq");
    proof.organization_id = domain::OrganizationId(reader.text("organization_id"));
    proof.prev_hash = reader.hex("prev_hash", digest_size);
    proof.rows = reader.number("rows");
    proof.stubs = reader.number("stubs");
    proof.to = reader.text("to");
    proof.unsealed = reader.number("unsealed");
    auto const version = reader.number("v");
    if (!reader.end() || version != proof_version)
        return std::nullopt;
    return proof;
}

} // namespace gatehouse::sealing
