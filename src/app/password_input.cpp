// Reading a password without showing or keeping it.
#include "app/password_input.h"

#include "app/setting.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>
#include <termios.h>
#include <unistd.h>

namespace gatehouse::app {
namespace {

constexpr std::size_t longest_input = 4096; // beyond any password that may be set

// Typed letters stay unseen as long as it lives.
class Unseen {
public:
    Unseen()
    {
        if (::tcgetattr(STDIN_FILENO, &before_) != 0)
            throw std::runtime_error(std::string("the terminal: ") + std::strerror(errno));
        auto quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        if (::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) != 0)
            throw std::runtime_error(std::string("the terminal: ") + std::strerror(errno));
    }
    Unseen(Unseen const&) = delete;
    Unseen& operator=(Unseen const&) = delete;
    ~Unseen()
    {
        if (::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_) != 0)
            std::fputs("gatehouse: the terminal stays mute; `stty echo` mends it\n", stderr);
        std::fputc('\n', stderr);
    }

private:
    termios before_{};
};

// What can be read, up to a line break on a terminal, else up to the end.
std::string read_some(bool one_line)
{
    std::string text;
    text.reserve(longest_input + 1); // never moved, so that no copy stays behind
    while (text.size() <= longest_input) {
        char letter = 0;
        auto const count = ::read(STDIN_FILENO, &letter, 1);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            throw std::runtime_error(std::string("standard input: ") + std::strerror(errno));
        if (count == 0 || (one_line && letter == '\n'))
            return text;
        text += letter;
    }
    wipe(text.data(), text.size());
    throw BadConfiguration("standard input holds more than any password");
}

std::string asked(char const* question)
{
    std::fputs(question, stderr);
    std::fflush(stderr);
    Unseen const unseen;
    return read_some(true);
}

} // namespace

SecretString password_from_input()
{
    auto text = read_some(false);
    if (text.ends_with('\n'))
        text.pop_back();
    if (text.ends_with('\r'))
        text.pop_back();
    bool const one_line = text.find('\n') == std::string::npos;
    SecretString password(std::move(text));
    if (!one_line)
        throw BadConfiguration("standard input holds more than one line; the password is one");
    if (password.empty())
        throw BadConfiguration("there is no password on standard input");
    return password;
}

SecretString password_from_terminal()
{
    if (::isatty(STDIN_FILENO) == 0)
        throw BadConfiguration("standard input is no terminal; give the password to it and say "
                               "--password-stdin");
    auto text = asked("Password: ");
    auto again = asked("The same again: ");
    bool const same = text == again;
    wipe(again.data(), again.size());
    SecretString password(std::move(text));
    if (!same)
        throw BadConfiguration("the two passwords differ; nothing was done");
    return password;
}

} // namespace gatehouse::app
