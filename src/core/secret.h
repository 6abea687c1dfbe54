// Text that must not leak: move-only, wiped, without comparison, printing or formatting.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace gatehouse {

// Overwrites memory in a way that the compiler may not remove.
void wipe(void* memory, std::size_t size) noexcept;

class SecretString {
public:
    SecretString() = default;
    explicit SecretString(std::string text) noexcept
        : text_(std::move(text))
    {
    }
    SecretString(SecretString&& other) noexcept
        : text_(std::move(other.text_))
    {
        other.forget();
    }
    SecretString& operator=(SecretString&& other) noexcept
    {
        if (this != &other) {
            forget();
            text_ = std::move(other.text_);
            other.forget();
        }
        return *this;
    }
    SecretString(SecretString const&) = delete;
    SecretString& operator=(SecretString const&) = delete;
    ~SecretString() { forget(); }

    // A second holder of the same secret, asked for by name.
    SecretString duplicate() const { return SecretString(std::string(text_)); }

    bool empty() const noexcept { return text_.empty(); }
    std::size_t size() const noexcept { return text_.size(); }

    // The one way to the text; the places that may say it are listed in tools/check_house.py.
    std::string_view reveal() const noexcept { return text_; }

private:
    void forget() noexcept
    {
        wipe(text_.data(), text_.capacity());
        text_.clear();
    }

    std::string text_;
};

} // namespace gatehouse
