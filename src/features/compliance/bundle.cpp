// Entry after entry: the readme, the files of the criteria, the ledger's segment, the manifest with
// the digest of each, its signature.
#include "features/compliance/bundle.h"

#include "domain/export_record.h"
#include "domain/members.h"
#include "domain/organizations.h"
#include "domain/retention.h"
#include "features/compliance/bundle_texts.h"
#include "features/compliance/packing.h"
#include "features/compliance/sources.h"
#include "http/request_facts.h"
#include "sealing/segment.h"

#include <functional>
#include <memory>
#include <stdexcept>
#include <utility>

namespace gatehouse::compliance {
namespace {
using domain::ExportedFile;
using domain::ExportRecord;
using domain::Services;
using http::Context;
using sealing::Segment;

class BundleStream final : public http::BodyStream {
public:
    BundleStream(Services& services, BundleFacts facts, std::unique_ptr<ExportRecord> record)
        : services_(services)
        , facts_(std::move(facts))
        , record_(std::move(record))
        , files_(bundle_files(facts_.wanted.format))
        , packing_(std::make_shared<Packing>(facts_.now))
    {
    }

    Async<bool> next(std::string& into) override
    {
        record_->is_made();
        auto const before = into.size();
        while (into.size() == before && step_ != Step::over)
            co_await go_on(into);
        record_->has_sent(std::ssize(into) - static_cast<std::int64_t>(before));
        record_->is_sent();
        co_return step_ != Step::over;
    }

private:
    enum class Step { readme, files, ledger, manifest, end, over };
    using Job = std::function<void(Packing&)>;

    // On a thread for work that takes its time; what may be sent by then comes back.
    Handoff<std::string> begin_packing(Job job)
    {
        std::function<std::string()> work = [packing = packing_, job = std::move(job)] {
            job(*packing);
            return packing->take();
        };
        return services_.exports.workers().begin(std::move(work));
    }
    Async<void> pack(std::string& into, Job job)
    {
        auto const packed = begin_packing(std::move(job));
        into += co_await packed.receive();
    }

    Async<void> go_on(std::string& into)
    {
        switch (step_) {
        case Step::readme:
            step_ = Step::files;
            return add_readme(into);
        case Step::files:
            return add_some_of_a_file(into);
        case Step::ledger:
            return add_some_of_the_ledger(into);
        case Step::manifest:
            step_ = Step::end;
            return add_manifest(into);
        case Step::end:
            step_ = Step::over;
            return end(into);
        case Step::over:
            break;
        }
        throw std::logic_error("a bundle goes on behind its end");
    }

    Async<void> add_readme(std::string& into)
    {
        Job job = [text = readme_of(facts_)](Packing& packing) {
            packing.add_text("README.txt", text);
        };
        return pack(into, std::move(job));
    }

    // The next portion is read while this one is packed.
    Async<void> add_some_of_a_file(std::string& into)
    {
        auto const& file = files_[at_];
        bool const begins = !walk_;
        if (begins) {
            walk_ = file.source.begin(services_.storage, facts_.scope, {});
            portion_ = co_await walk_->next(rows_at_once);
        }
        bool const ends = portion_.rows < rows_at_once;
        Job job = [path = file.path,
                   columns = walk_->columns(),
                   format = facts_.wanted.format,
                   write = std::move(portion_.write),
                   begins,
                   ends](Packing& packing) {
            if (begins)
                packing.begin_table(path, format, columns);
            packing.add_rows(write);
            if (ends)
                packing.end_table(path);
        };
        auto const packed = begin_packing(std::move(job));
        if (!ends)
            portion_ = co_await walk_->next(rows_at_once);
        into += co_await packed.receive();
        if (!ends)
            co_return;
        queries_.push_back({file.source.criterion, walk_->query(), walk_->columns()});
        walk_.reset();
        if (++at_ == files_.size())
            step_ = Step::ledger;
    }

    // Opened behind the files, so that as much of what they hold as may be is sealed by then.
    Async<void> open_the_ledger()
    {
        segment_ = co_await Segment::open(
            services_.storage,
            services_.key_encryption_key,
            facts_.scope.organization,
            facts_.scope.from,
            facts_.scope.until
        );
        parts_ = segment_->files();
        part_goes_on_ = co_await parts_[part_]->next(text_);
    }

    Async<void> add_some_of_the_ledger(std::string& into)
    {
        if (!segment_)
            co_await open_the_ledger();
        auto& part = *parts_[part_];
        bool const ends = !part_goes_on_;
        Job job = [path = std::string(part.name()),
                   text = std::exchange(text_, {}),
                   lines = part.lines(),
                   begins = std::exchange(part_begins_, ends),
                   ends](Packing& packing) {
            if (begins)
                packing.begin_texts(path);
            packing.add_some(text);
            if (ends)
                packing.end_texts(path, lines);
        };
        auto const packed = begin_packing(std::move(job));
        if (ends && ++part_ == parts_.size())
            step_ = Step::manifest;
        else
            part_goes_on_ = co_await parts_[part_]->next(text_);
        into += co_await packed.receive();
    }

    Async<void> add_manifest(std::string& into)
    {
        told_ = packing_->told(); // what is in the manifest; itself it is not
        LedgerFacts const ledger{segment_->head_seq(), segment_->head_hash(), segment_->unsealed()};
        auto text = manifest_of(facts_, told_, queries_, ledger);
        auto signature = segment_->sign_manifest(text);
        Job job = [text = std::move(text), signature = std::move(signature)](Packing& packing) {
            packing.add_text("MANIFEST.json", text);
            packing.add_text("MANIFEST.sig", signature);
        };
        return pack(into, std::move(job));
    }

    // The directory of the archive, without which nobody opens it, leaves after all else has left
    // and after that was recorded.
    Async<void> end(std::string& into)
    {
        co_await record_->complete(told_);
        Job job = [](Packing& packing) {
            packing.end();
        };
        co_await pack(into, std::move(job));
    }

    Services& services_;
    BundleFacts const facts_;
    std::unique_ptr<ExportRecord> const record_;
    std::vector<BundleFile> const files_;
    std::shared_ptr<Packing> const packing_;
    Step step_ = Step::readme;
    std::size_t at_ = 0; // of the files
    std::unique_ptr<Walk> walk_; // through the one that is being written
    Portion portion_; // of it, read and not packed yet
    std::vector<FileQuery> queries_;
    std::unique_ptr<Segment> segment_;
    std::vector<sealing::SegmentFile*> parts_; // of the segment
    std::size_t part_ = 0;
    std::string text_; // of it, formed and not packed yet
    bool part_begins_ = true;
    bool part_goes_on_ = false; // behind that text
    std::vector<ExportedFile> told_;
};

struct Own {
    domain::Organization organization;
    domain::RetentionSettings retention;
};

Async<Own> own_organization(Services& services, domain::OrganizationId id)
{
    auto work = co_await services.storage.read();
    auto found = co_await work->organizations().find(id);
    if (!found)
        throw domain::because(domain::Reason::session_ended);
    auto const retention = co_await work->members().retention().settings(id);
    Own own{std::move(*found), retention};
    co_return own;
}

} // namespace

Async<http::Streamed> bundle_answer(Context& context, Wanted wanted)
{
    auto& services = context.services;
    auto const& caller = context.caller();
    auto const own = co_await own_organization(services, caller.organization_id());
    auto record = co_await ExportRecord::begin(
        services, http::facts_of(context), caller, told_of("bundle", wanted)
    );
    BundleFacts facts{.export_id = record->id(), .now = context.now, .wanted = wanted};
    facts.scope = scope_of(own.organization.id, wanted.period, context.now);
    facts.organization_name = own.organization.name;
    facts.ledger_days = own.retention.ledger_days;
    facts.user_id = caller.user_id().text();
    facts.email = caller.user.email;
    context.no_store();
    context.header(
        "Content-Disposition", "attachment; filename=\"" + bundle_name(wanted.period) + ".zip\""
    );
    auto stream = std::make_shared<BundleStream>(services, std::move(facts), std::move(record));
    http::Streamed answer{.content_type = "application/zip", .body = std::move(stream)};
    co_return answer;
}

} // namespace gatehouse::compliance
