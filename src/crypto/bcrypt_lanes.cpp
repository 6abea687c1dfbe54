// bcrypt (Provos and Mazières, 1999) around the rounds: what goes in, whose turn it is, what comes
// out.
#include "crypto/bcrypt_lanes.h"

#include "core/secret.h"
#include "crypto/bcrypt.h"
#include "crypto/bcrypt_text.h"
#include "crypto/blowfish_start.h"

#include <algorithm>
#include <stdexcept>

namespace gatehouse::crypto {
namespace {

using std::size_t;
using std::uint32_t;

static_assert(blowfish_start.size() == blowfish_words);

// After so many key schedules somebody may come in: a fifth of a millisecond.
constexpr std::uint64_t turns_at_once = 4;

// What is enciphered 64 times in the end: "OrpheanBeholderScryDoubt".
constexpr BcryptDigest magic{
    0x4F727068, 0x65616E42, 0x65686F6C, 0x64657253, 0x63727944, 0x6F756274
};

uint32_t byte_of(std::string_view password, size_t at)
{
    // The NUL behind the password belongs to it; then it begins anew.
    auto const place = at % (password.size() + 1);
    return place < password.size() ? static_cast<unsigned char>(password[place]) : 0;
}

void take_key(BcryptLane& lane, std::string_view password)
{
    for (size_t word = 0; word < blowfish_subkeys; ++word) {
        uint32_t taken = 0;
        for (size_t byte = 0; byte < 4; ++byte)
            taken = taken << 8 | byte_of(password, 4 * word + byte);
        lane.key[word] = taken;
        lane.words[word] ^= taken;
    }
}

// Old programs carried the sign of a character into the ones before it, and many passwords of
// theirs met one right hash. Where `$2a$` could be such a one, that is where a sign was carried and
// changed nothing, libxcrypt leaves the right way by one bit. So it is done here.
uint32_t departure_of_2a(std::string_view password)
{
    bool carried = false;
    for (size_t word = 0; word < blowfish_subkeys; ++word) {
        uint32_t right = 0;
        uint32_t wrong = 0;
        for (size_t byte = 0; byte < 4; ++byte) {
            auto const c = byte_of(password, 4 * word + byte);
            right = right << 8 | c;
            wrong = wrong << 8 | (c & 0x80 ? c | 0xFFFFFF00 : c);
            carried = carried || (byte > 0 && (c & 0x80));
        }
        if (right != wrong)
            return 0;
    }
    return carried ? 0x10000 : 0;
}

// The first key schedule, with the salt; a two-thousandth of the work at the usual cost.
void take_salt(BcryptLane& lane)
{
    BlowfishBlock block;
    for (size_t at = 0; at < blowfish_words; at += 2) {
        block.left ^= lane.salt[at % 4];
        block.right ^= lane.salt[at % 4 + 1];
        block = encipher(lane.words, block);
        lane.words[at] = block.left;
        lane.words[at + 1] = block.right;
    }
}

BcryptDigest digest_of(BcryptLane const& lane)
{
    auto digest = magic;
    for (size_t at = 0; at < digest.size(); at += 2) {
        BlowfishBlock block{digest[at], digest[at + 1]};
        for (int time = 0; time < 64; ++time)
            block = encipher(lane.words, block);
        digest[at] = block.left;
        digest[at + 1] = block.right;
    }
    return digest;
}

} // namespace

BcryptLanes::BcryptLanes(BcryptRounds const& rounds, size_t lanes)
    : rounds_(rounds)
    , lane_count_(lanes)
{
    if (lanes < 1 || lanes > most_bcrypt_lanes)
        throw std::invalid_argument("no such number of lanes");
}

BcryptLanes::~BcryptLanes()
{
    forget();
}

void BcryptLanes::forget() noexcept
{
    busy_ = 0;
    wipe(lane_.data(), sizeof(lane_));
}

std::uint64_t BcryptLanes::begin(std::string_view password, std::string_view setting)
{
    if (busy_ == lane_count_)
        throw std::logic_error("no lane is free");
    if (!fits_bcrypt(password))
        throw std::logic_error("bcrypt was given what it would cut");
    auto& lane = lane_[busy_];
    lane.words = blowfish_start;
    take_key(lane, password);
    if (setting[2] == 'a')
        lane.words[0] ^= departure_of_2a(password);
    lane.salt = salt_of(setting);
    take_salt(lane);
    lane.turns_left = std::uint64_t(2) << bcrypt_cost(setting);
    lane.ticket = next_ticket_++;
    std::copy_n(setting.begin(), lane.setting.size(), lane.setting.begin());
    ++busy_;
    return lane.ticket;
}

// Key and salt take turns.
void BcryptLanes::turn()
{
    for (auto& lane : std::span(lane_).first(busy_)) {
        bool const is_key = lane.turns_left % 2 == 0;
        for (size_t word = 0; word < blowfish_subkeys; ++word)
            lane.words[word] ^= is_key ? lane.key[word] : lane.salt[word % 4];
        --lane.turns_left;
    }
    rounds_.schedule(lane_.data(), busy_);
}

void BcryptLanes::advance(std::vector<Ended>& ended)
{
    for (std::uint64_t time = 0; time < turns_at_once && busy_ > 0; ++time) {
        turn();
        for (size_t at = busy_; at-- > 0;)
            if (lane_[at].turns_left == 0)
                conclude(at, ended);
    }
}

// The last one moves into the gap, so that the busy ones stay side by side.
void BcryptLanes::conclude(size_t at, std::vector<Ended>& ended)
{
    auto& lane = lane_[at];
    std::string_view const setting(lane.setting.data(), lane.setting.size());
    ended.push_back({lane.ticket, bcrypt_hash_text(setting, digest_of(lane))});
    --busy_;
    if (at != busy_)
        lane = lane_[busy_];
    wipe(&lane_[busy_], sizeof(BcryptLane));
}

} // namespace gatehouse::crypto
