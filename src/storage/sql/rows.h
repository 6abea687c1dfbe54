// What a statement gave back: rows read by position, and how many rows it changed.
#pragma once

#include "storage/sql/value.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gatehouse::sql {

// One row. It keeps what it reads alive, so that it may outlive its Rows. Reading something as what
// it is not, a NULL by a read that is not optional, or a column that is not there throws
// StorageError (broken).
class Row {
public:
    Row(std::shared_ptr<std::vector<Value> const> cells, std::size_t first, std::size_t width)
        : cells_(std::move(cells))
        , first_(first)
        , width_(width)
    {
    }

    std::size_t width() const noexcept { return width_; }
    Value const& at(std::size_t column) const;
    bool is_null(std::size_t column) const;

    std::string const& text(std::size_t column) const;
    std::int64_t integer(std::size_t column) const;
    double number(std::size_t column) const; // integers too
    bool boolean(std::size_t column) const; // SQLite's 0 and 1 too
    Instant instant(std::size_t column) const; // SQLite's text too
    std::string const& bytes(std::size_t column) const;
    std::vector<std::string> texts(std::size_t column) const; // SQLite's JSON array too

    std::optional<std::string> optional_text(std::size_t column) const;
    std::optional<std::int64_t> optional_integer(std::size_t column) const;
    std::optional<double> optional_number(std::size_t column) const;
    std::optional<bool> optional_boolean(std::size_t column) const;
    std::optional<Instant> optional_instant(std::size_t column) const;
    std::optional<std::string> optional_bytes(std::size_t column) const;
    std::optional<std::vector<std::string>> optional_texts(std::size_t column) const;

private:
    [[noreturn]] void refuse(std::size_t column, char const* wanted) const;

    std::shared_ptr<std::vector<Value> const> cells_;
    std::size_t first_;
    std::size_t width_;
};

class Rows {
public:
    class Iterator {
    public:
        Iterator(Rows const& rows, std::size_t at)
            : rows_(&rows)
            , at_(at)
        {
        }
        Row operator*() const { return (*rows_)[at_]; }
        Iterator& operator++()
        {
            ++at_;
            return *this;
        }
        friend bool operator==(Iterator const&, Iterator const&) = default;

    private:
        Rows const* rows_;
        std::size_t at_;
    };

    Rows() = default;
    // `cells` row by row, each `width` wide; `count` rows (said apart for statements without
    // columns).
    Rows(std::vector<Value> cells, std::size_t width, std::size_t count, std::int64_t changed)
        : cells_(std::make_shared<std::vector<Value> const>(std::move(cells)))
        , width_(width)
        , count_(count)
        , changed_(changed)
    {
    }

    bool empty() const noexcept { return count_ == 0; }
    std::size_t size() const noexcept { return count_; }
    Row operator[](std::size_t row) const; // throws StorageError (broken) past the end
    Row front() const { return (*this)[0]; }
    Iterator begin() const { return Iterator(*this, 0); }
    Iterator end() const { return Iterator(*this, count_); }

    // Rows inserted, updated or deleted; also where RETURNING gives them back.
    std::int64_t changed() const noexcept { return changed_; }

private:
    std::shared_ptr<std::vector<Value> const> cells_;
    std::size_t width_ = 0;
    std::size_t count_ = 0;
    std::int64_t changed_ = 0;
};

} // namespace gatehouse::sql
