// Opaque text with a meaning: two kinds of id cannot be mixed up.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace gatehouse {

// `Tag` names the kind. Any text is legal (decisions D-6): an unknown id is absent, not malformed.
template <class Tag> class StrongText {
public:
    StrongText() = default;
    explicit StrongText(std::string text)
        : text_(std::move(text))
    {
    }

    std::string const& text() const noexcept { return text_; }
    bool empty() const noexcept { return text_.empty(); }

    friend bool operator==(StrongText const&, StrongText const&) = default;
    friend auto operator<=>(StrongText const&, StrongText const&) = default;

private:
    std::string text_;
};

} // namespace gatehouse

template <class Tag> struct std::hash<gatehouse::StrongText<Tag>> {
    std::size_t operator()(gatehouse::StrongText<Tag> const& id) const noexcept
    {
        return std::hash<std::string>()(id.text());
    }
};
