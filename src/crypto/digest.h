// SHA-256, HMAC and HKDF over it, and the comparison that does not tell where texts differ.
#pragma once

#include "core/secret.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace gatehouse::crypto {

// Bytes travel in strings; a digest is 32 of them.
[[nodiscard]] std::string sha256(std::string_view bytes);
[[nodiscard]] std::string sha256_hex(std::string_view bytes); // 64 characters, lower case

// The same as a value that can be a key of a table without allocating.
using Digest = std::array<std::uint8_t, 32>;
[[nodiscard]] Digest sha256_digest(std::string_view bytes);

// RFC 2104 with SHA-256.
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view message);

// With SHA-1, which RFC 6238 and every authenticator want: for one-time codes alone.
[[nodiscard]] std::string hmac_sha1(std::string_view key, std::string_view message); // 20 bytes

// HMAC with SHA-256 and the key prepared once. Safe to use from several threads.
class HmacKey {
public:
    explicit HmacKey(SecretString const& key);
    explicit HmacKey(std::string_view key);
    HmacKey(HmacKey&&) noexcept;
    HmacKey& operator=(HmacKey&&) noexcept;
    ~HmacKey();

    [[nodiscard]] std::string sign(std::string_view message) const;
    [[nodiscard]] bool verify(std::string_view message, std::string_view signature) const;

private:
    struct Prepared;
    std::unique_ptr<Prepared const> prepared_;
};

// RFC 5869. An empty salt means 32 zero bytes, as the RFC has it. `size` is at most 8,160.
[[nodiscard]] SecretString hkdf_sha256(
    SecretString const& input, std::string_view salt, std::string_view info, std::size_t size = 32
);

// Takes the same time wherever the texts differ; texts of different lengths are unequal at once.
[[nodiscard]] bool equal_in_constant_time(std::string_view left, std::string_view right);

} // namespace gatehouse::crypto
