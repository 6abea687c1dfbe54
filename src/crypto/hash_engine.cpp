// The two engines.
#include "crypto/hash_engine.h"

#include "core/log.h"
#include "core/metrics.h"
#include "crypto/bcrypt_lanes.h"

#include <algorithm>
#include <array>
#include <utility>

namespace gatehouse::crypto {
namespace {

void do_whole(HashJob& job, HashPolicy policy, Random& random)
{
    if (job.stored)
        job.matches = verify_password(job.password.reveal(), *job.stored, policy);
    else
        job.made = hash_password(job.password.reveal(), policy, random);
}

class OneLane final : public HashLanes {
public:
    OneLane(HashPolicy policy, Random& random)
        : policy_(policy)
        , random_(random)
    {
    }
    std::size_t lanes() const noexcept override { return 1; }
    void begin(HashJob& job) noexcept override { job_ = &job; }
    void advance(std::vector<HashJob*>& ended) noexcept override
    {
        try {
            do_whole(*job_, policy_, random_);
        } catch (...) { // whoever waits for it gets the cause
            job_->failure = std::current_exception();
        }
        ended.push_back(std::exchange(job_, nullptr));
    }

private:
    HashPolicy const policy_;
    Random& random_;
    HashJob* job_ = nullptr;
};

class OneByOne final : public HashEngine {
public:
    OneByOne(HashPolicy policy, Random& random, std::string trouble)
        : policy_(policy)
        , random_(random)
        , trouble_(std::move(trouble))
    {
    }
    std::unique_ptr<HashLanes> lanes() override
    {
        return std::make_unique<OneLane>(policy_, random_);
    }
    std::string trouble() const override { return trouble_; }

private:
    HashPolicy const policy_;
    Random& random_;
    std::string const trouble_;
};

class ManyLanes final : public HashLanes {
public:
    ManyLanes(HashPolicy policy, Random& random, LaneChoice const& choice)
        : policy_(policy)
        , random_(random)
        , bcrypt_(choice.rounds, choice.lanes)
    {
        hashes_.reserve(choice.lanes);
    }
    std::size_t lanes() const noexcept override { return bcrypt_.lanes(); }

    void begin(HashJob& job) noexcept override
    {
        auto& place = *std::ranges::find_if(places_, [](Place const& each) { return !each.job; });
        place.job = &job;
        try {
            place.task = task_of(job);
            if (place.task)
                place.ticket = bcrypt_.begin(place.task->input.reveal(), place.task->setting);
        } catch (...) { // whoever waits for it gets the cause
            job.failure = std::current_exception();
        }
    }

    void advance(std::vector<HashJob*>& ended) noexcept override
    {
        do_one_whole(ended);
        try {
            bcrypt_.advance(hashes_);
            for (auto& hash : hashes_)
                conclude(std::move(hash), ended);
            hashes_.clear();
        } catch (...) { // no memory for a text of 60 characters
            give_up(std::current_exception(), ended);
        }
    }

private:
    struct Place {
        HashJob* job = nullptr;
        std::optional<BcryptTask> task; // nothing: not bcrypt, or failed
        std::uint64_t ticket = 0;
    };

    std::optional<BcryptTask> task_of(HashJob const& job)
    {
        if (job.stored)
            return bcrypt_to_verify(job.password.reveal(), *job.stored, policy_);
        if (policy_.algorithm == HashPolicy::Algorithm::bcrypt)
            return bcrypt_to_make(job.password.reveal(), policy_, random_);
        return std::nullopt;
    }

    void leave(Place& place, std::vector<HashJob*>& ended)
    {
        ended.push_back(place.job);
        place = Place();
    }

    // At most one at a time of what knows no lanes: the others wait as long as it takes.
    void do_one_whole(std::vector<HashJob*>& ended)
    {
        auto const found = std::ranges::find_if(places_, [](Place const& place) {
            return place.job && (!place.task || place.job->failure);
        });
        if (found == places_.end())
            return;
        auto& job = *found->job;
        try {
            if (!job.failure)
                do_whole(job, policy_, random_);
        } catch (...) { // whoever waits for it gets the cause
            job.failure = std::current_exception();
        }
        leave(*found, ended);
    }

    void conclude(BcryptLanes::Ended hash, std::vector<HashJob*>& ended)
    {
        auto& place = *std::ranges::find(places_, hash.ticket, &Place::ticket);
        if (place.job->stored)
            place.job->matches = matches(*place.task, hash.hash);
        else
            place.job->made = made(std::move(*place.task), std::move(hash.hash));
        leave(place, ended);
    }

    void give_up(std::exception_ptr const& why, std::vector<HashJob*>& ended)
    {
        hashes_.clear();
        bcrypt_.forget();
        for (auto& place : places_)
            if (place.job) {
                place.job->failure = why;
                leave(place, ended);
            }
    }

    HashPolicy const policy_;
    Random& random_;
    BcryptLanes bcrypt_;
    std::array<Place, most_bcrypt_lanes> places_;
    std::vector<BcryptLanes::Ended> hashes_;
};

class SideBySide final : public HashEngine {
public:
    SideBySide(HashPolicy policy, Random& random, LaneChoice choice)
        : policy_(policy)
        , random_(random)
        , choice_(std::move(choice))
    {
    }
    std::unique_ptr<HashLanes> lanes() override
    {
        return std::make_unique<ManyLanes>(policy_, random_, choice_);
    }

private:
    HashPolicy const policy_;
    Random& random_;
    LaneChoice const choice_;
};

} // namespace

std::unique_ptr<HashEngine> one_by_one(HashPolicy policy, Random& random)
{
    return std::make_unique<OneByOne>(policy, random, "");
}

std::unique_ptr<HashEngine>
side_by_side(HashPolicy policy, Random& random, LaneChoice const& choice)
{
    metrics::gauge("gatehouse_bcrypt_lanes", static_cast<double>(choice.lanes));
    if (choice.lanes > 0)
        return std::make_unique<SideBySide>(policy, random, choice);
    log::Line(log::Level::error, "crypto.bcrypt_lanes_refused").with("cause", choice.trouble);
    return std::make_unique<OneByOne>(
        policy, random, choice.trouble + "; libxcrypt hashes instead"
    );
}

} // namespace gatehouse::crypto
