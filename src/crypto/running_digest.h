// SHA-256 of what is never in memory as a whole.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace gatehouse::crypto {

class RunningSha256 {
public:
    RunningSha256();
    RunningSha256(RunningSha256&&) noexcept;
    RunningSha256& operator=(RunningSha256&&) noexcept;
    ~RunningSha256();

    void add(std::string_view bytes);
    [[nodiscard]] std::string hex(); // 64 characters, lower case; begins anew

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace gatehouse::crypto
