// An archive while it is packed: one entry at a time, and what is known of those that are whole.
// Worked on by one job at a time, whichever thread has it.
#pragma once

#include "crypto/running_digest.h"
#include "domain/export_record.h"
#include "features/compliance/formed.h"
#include "protocols/zip_files/zip_writer.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::compliance {

class Packing {
public:
    explicit Packing(Instant made_at)
        : zip_(made_at)
    {
    }

    std::vector<domain::ExportedFile> const& told() const { return told_; } // in their order

    // A text that is at hand.
    void add_text(std::string const& path, std::string const& text)
    {
        begin_texts(path);
        add_some(text);
        end_texts(path, 0);
    }

    // A text that comes in pieces.
    void begin_texts(std::string const& path)
    {
        zip_.begin(path);
        digest_.emplace();
        bytes_ = 0;
    }
    void add_some(std::string const& text)
    {
        digest_->add(text);
        bytes_ += std::ssize(text);
        zip_.add(text);
    }
    void end_texts(std::string const& path, std::int64_t rows)
    {
        told_.push_back({path, rows, bytes_, digest_->hex()});
        digest_.reset();
    }

    // Rows of a table.
    void
    begin_table(std::string const& path, Format format, std::vector<std::string> const& columns)
    {
        zip_.begin(path);
        table_.emplace(format, columns);
        bytes_ = 0;
        table_->sheet.open();
    }
    void add_rows(std::function<void(Sheet&)> const& write)
    {
        write(table_->sheet);
        take_on();
    }
    void end_table(std::string const& path)
    {
        table_->sheet.close();
        take_on();
        told_.push_back({path, table_->sheet.rows(), bytes_, table_->digest.hex()});
        table_.reset();
    }

    void end() { zip_.end(); }
    std::string take() { return zip_.take(); } // what may be sent by now

private:
    void take_on()
    {
        auto const text = table_->taken();
        bytes_ += std::ssize(text);
        zip_.add(text);
    }

    zip_files::ZipWriter zip_;
    std::optional<crypto::RunningSha256> digest_; // of the text that is being written
    std::optional<Formed> table_; // the one that is being written
    std::int64_t bytes_ = 0; // of either
    std::vector<domain::ExportedFile> told_;
};

} // namespace gatehouse::compliance
