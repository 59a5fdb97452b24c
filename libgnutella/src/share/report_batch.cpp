#include "share/report_batch.hpp"

namespace gnutella::share {

namespace {

constexpr std::size_t max_files = 1'000;
constexpr std::size_t max_troubles = 64;
constexpr std::chrono::milliseconds max_batch_wait{100};

}  // namespace

void ReportBatch::add(SharedFile file) {
    std::string path = file.path.native();
    files_.insert_or_assign(std::move(path), std::move(file));
}

void ReportBatch::trouble(Error error, const std::string& subject) {
    if (rest_.troubles.size() < max_troubles) {
        rest_.troubles.push_back({error, subject});
    }
}

bool ReportBatch::empty() const noexcept {
    return files_.empty() && rest_.read.empty() && rest_.troubles.empty() && rest_.left_out == 0;
}

void ReportBatch::report_when_worthwhile(Time now) {
    if (empty()) {
        return;
    }
    if (!since_) {
        since_ = now;
    }
    if (files_.size() >= max_files || now - *since_ >= max_batch_wait) {
        send(false);
    }
}

void ReportBatch::report_settled() {
    if (!settled_ || !empty()) {
        send(true);
    }
}

void ReportBatch::report_now() {
    if (!empty()) {
        send(false);
    }
}

void ReportBatch::send(bool settled) {
    Report report = std::move(rest_);
    rest_ = Report();
    for (auto& [path, file] : files_) {
        if (file) {
            report.added.push_back(std::move(*file));
        } else {
            report.removed.emplace_back(path);
        }
    }
    files_.clear();
    since_.reset();
    report.settled = settled_ = settled;
    report_(std::move(report));
}

}  // namespace gnutella::share
