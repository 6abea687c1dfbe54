// A few pieces that go round between two threads.
#include "sealing/row_reader.h"

#include "sealing/file_digests.h"

#include <utility>

namespace gatehouse::sealing {
namespace {
constexpr std::size_t pieces = 4;
constexpr std::size_t rows_of_a_piece = 256;
} // namespace

RowReader::RowReader(std::unique_ptr<BundleFile> file)
    : file_(std::make_unique<DigestedFile>(std::move(file), digest_))
{
    for (std::size_t made = 0; made < pieces; ++made)
        empty_.push_back(std::make_unique<Piece>());
    thread_ = std::jthread([this] { work(); });
}

RowReader::~RowReader()
{
    std::scoped_lock const lock(mutex_);
    is_given_up_ = true;
    changed_.notify_all();
}

std::span<RowLine const> RowReader::next()
{
    std::unique_lock lock(mutex_);
    if (in_hand_ && in_hand_->is_last) {
        ended_badly_ = in_hand_->is_bad;
        if (in_hand_->failure)
            std::rethrow_exception(in_hand_->failure);
        return {};
    }
    if (in_hand_)
        empty_.push_back(std::move(in_hand_));
    changed_.notify_all();
    changed_.wait(lock, [this] { return !filled_.empty(); });
    in_hand_ = std::move(filled_.front());
    filled_.pop_front();
    lock.unlock();
    if (in_hand_->count == 0)
        return next(); // nothing but the end
    return {in_hand_->lines.data(), in_hand_->count};
}

std::unique_ptr<RowReader::Piece> RowReader::empty_piece()
{
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return is_given_up_ || !empty_.empty(); });
    if (is_given_up_)
        return nullptr;
    auto piece = std::move(empty_.front());
    empty_.pop_front();
    return piece;
}

void RowReader::work()
{
    Lines lines(std::move(file_));
    for (bool goes_on = true; goes_on;) {
        auto piece = empty_piece();
        if (!piece)
            return;
        try {
            fill(lines, *piece);
        } catch (...) { // told to whoever checks, behind the rows that were read
            piece->failure = std::current_exception();
            piece->is_last = true;
        }
        goes_on = !piece->is_last;
        std::scoped_lock const lock(mutex_);
        filled_.push_back(std::move(piece));
        changed_.notify_all();
    }
}

void RowReader::fill(Lines& lines, Piece& piece)
{
    piece.lines.resize(rows_of_a_piece);
    for (piece.count = 0; piece.count < rows_of_a_piece; ++piece.count) {
        auto const text = lines.next();
        piece.is_bad = text ? !parse_row(*text, piece.lines[piece.count]) : lines.broken();
        piece.is_last = !text || piece.is_bad;
        if (piece.is_last)
            return;
    }
}

} // namespace gatehouse::sealing
