// Asking zxcvbn.
#include "protocols/password_text/guessing.h"

#include "core/secret.h"
#include "core/text.h"

#include <algorithm>
#include <iterator>
#include <ranges>
#include <zxcvbn.h>

namespace gatehouse::password_text {
namespace {

// `Password123!` takes 8.3 bits by this estimate and may be set (decisions D-39), `Password1!` 7.8.
constexpr double bits_needed = 8.0;
// The time it takes grows faster than the text: a few milliseconds for this many bytes at worst.
constexpr std::size_t piece = 100;
constexpr std::size_t most_texts = 16; // of what is known
constexpr std::size_t longest_text = 320; // an address
constexpr std::size_t most_words = 64;
constexpr std::size_t shortest_word = 3; // below, it saves a guesser nothing
constexpr char const* product = "gatehouse";

bool separates(char character)
{
    auto const byte = static_cast<unsigned char>(character);
    bool const is_digit = byte >= '0' && byte <= '9';
    bool const is_letter = byte >= 'a' && byte <= 'z';
    return byte < 128 && !is_digit && !is_letter;
}

void add(std::vector<std::string>& words, std::string_view word)
{
    bool const is_new = std::ranges::find(words, word) == words.end();
    if (word.size() >= shortest_word && words.size() < most_words && is_new)
        words.emplace_back(word);
}

// All of it, what stands before the `@`, and that without signs and blanks.
void add_whole(std::vector<std::string>& words, std::string_view text)
{
    add(words, text);
    auto const front = text.substr(0, text.find('@'));
    add(words, front);
    std::string joined;
    std::ranges::remove_copy_if(front, std::back_inserter(joined), separates);
    add(words, joined);
}

void add_parts(std::vector<std::string>& words, std::string_view text)
{
    for (auto from = text.begin(); from != text.end();) {
        auto const end = std::find_if(from, text.end(), separates);
        add(words, std::string_view(from, end));
        from = std::find_if_not(end, text.end(), separates);
    }
}

// The likeliest first: each place costs a guesser a little more.
std::vector<std::string> words_in(std::vector<std::string> const& known)
{
    std::vector<std::string> words{product};
    for (auto const& text : known | std::views::take(most_texts))
        add_whole(words, ascii_lower(text.substr(0, longest_text)));
    for (auto const& text : known | std::views::take(most_texts))
        add_parts(words, ascii_lower(text.substr(0, longest_text)));
    return words;
}

double bits_of(std::string_view text, std::vector<std::string> const& words)
{
    std::vector<char const*> fitting;
    for (auto const& word : words)
        if (word.size() <= text.size())
            fitting.push_back(word.c_str());
    fitting.push_back(nullptr);
    SecretString const copy{std::string(text)}; // ends with a zero, and is wiped
    return ZxcvbnMatch(copy.reveal().data(), fitting.data(), nullptr);
}

} // namespace

bool is_guessed_at_once(std::string_view password, std::vector<std::string> const& known)
{
    if (password.find('\0') != std::string_view::npos)
        return false; // the estimate would end there, the password does not
    auto const words = words_in(known);
    double bits = 0;
    while (!password.empty()) {
        bits += bits_of(password.substr(0, piece), words);
        if (bits >= bits_needed)
            return false;
        password.remove_prefix(std::min(piece, password.size()));
    }
    return true;
}

} // namespace gatehouse::password_text
