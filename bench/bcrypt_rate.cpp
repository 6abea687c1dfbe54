// How many bcrypt hashes one thread of the system's libcrypt makes in a second: the bound for
// logins. usage: bcrypt_rate COST SECONDS   It prints hashes per second.

#include <crypt.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

namespace {

double rate(std::string const& setting, std::chrono::duration<double> time)
{
    using Clock = std::chrono::steady_clock;
    auto const state = std::make_unique<crypt_data>();
    auto const started = Clock::now();
    int hashes = 0;
    do {
        auto const* const hash
            = crypt_r("correct horse battery staple", setting.c_str(), state.get());
        if (hash == nullptr || hash[0] == '*')
            throw std::runtime_error("crypt_r refuses " + setting);
        ++hashes;
    } while (Clock::now() - started < time);
    return hashes / std::chrono::duration<double>(Clock::now() - started).count();
}

} // namespace

int main(int count, char** words)
try {
    if (count != 3) {
        std::cerr << "usage: bcrypt_rate COST SECONDS\n";
        return 2;
    }
    std::string const cost(words[1]);
    auto const setting
        = "$2b$" + std::string(cost.size() < 2 ? "0" : "") + cost + "$abcdefghijklmnopqrstuu";
    std::cout << rate(setting, std::chrono::duration<double>(std::stod(words[2]))) << '\n';
} catch (std::exception const& problem) {
    std::cerr << "bcrypt_rate: " << problem.what() << '\n';
    return 1;
}
