// Canonical JSON (RFC 8785) of flat objects whose members are known: written, and read so strictly
// that another spelling of the same value is no line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::sealing {

// Members in the order of their names; who writes them keeps it. What is NULL is left out.
class CanonicalWriter {
public:
    explicit CanonicalWriter(std::string& into)
        : into_(into)
    {
        into_ += '{';
    }
    void text(std::string_view name, std::string_view value);
    void optional_text(std::string_view name, std::optional<std::string> const& value);
    void number(std::string_view name, std::int64_t value);
    void optional_number(std::string_view name, std::optional<std::int64_t> value);
    void hex(std::string_view name, std::string_view bytes);
    void raw(std::string_view name, std::string_view json);
    void end() { into_ += "}\n"; }

private:
    void begin_member(std::string_view name);

    std::string& into_;
    bool is_first_ = true;
};

// Reads what CanonicalWriter writes, in the same order; the first thing that is otherwise makes
// everything after it a failure.
class CanonicalReader {
public:
    explicit CanonicalReader(std::string_view line)
        : rest_(line)
    {
        expect("{");
    }
    std::string text(std::string_view name);
    std::int64_t number(std::string_view name);
    std::optional<std::int64_t> optional_number(std::string_view name);
    std::string hex(std::string_view name, std::size_t bytes);
    // Into what is there already, whose memory is used again.
    void text(std::string_view name, std::string& into);
    void optional_text(std::string_view name, std::optional<std::string>& into);
    void hex(std::string_view name, std::size_t bytes, std::string& into);
    void optional_hex(std::string_view name, std::size_t bytes, std::optional<std::string>& into);
    void expect(std::string_view text);
    bool begins(std::string_view text) const { return rest_.starts_with(text); }
    // Whether the object, and the line with it, ended here and all was right.
    bool end()
    {
        expect("}");
        return !failed_ && rest_.empty();
    }
    bool failed() const { return failed_; }
    void next_object() // in an array of them
    {
        expect("{");
        is_first_ = true;
    }
    void member(std::string_view name);

private:
    bool is_next(std::string_view name);
    void string(std::string& into);
    void hex_digits(std::size_t bytes, std::string& into);
    char escaped();
    std::int64_t digits();
    void fail();

    std::string_view rest_;
    bool is_first_ = true;
    bool failed_ = false;
};

} // namespace gatehouse::sealing
