#pragma once

#include "share/report.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace gnutella::share {

/// Gathers what happens to many files into few reports.
class ReportBatch {
  public:
    using Time = std::chrono::steady_clock::time_point;

    explicit ReportBatch(std::function<void(Report)> report) : report_(std::move(report)) {}

    void add(SharedFile file);
    void remove(const std::string& path) { files_.insert_or_assign(path, std::nullopt); }
    void read(ShareRead read) { rest_.read.push_back(std::move(read)); }
    void trouble(Error error, const std::string& subject);
    void leave_out(std::uint64_t files) { rest_.left_out += files; }

    /// Has the next report_settled() report, even if nothing comes up until then: somebody waits for it.
    void expect_settled() noexcept { settled_ = false; }

    /// Reports when much has been gathered, or something for long.
    void report_when_worthwhile(Time now);
    /// Reports what there is, and that nothing is left to be done, if that was not reported last.
    void report_settled();
    /// Reports what there is.
    void report_now();

  private:
    bool empty() const noexcept;
    void send(bool settled);

    std::function<void(Report)> report_;
    std::map<std::string, std::optional<SharedFile>> files_;  // nothing: removed
    Report rest_;
    std::optional<Time> since_;
    bool settled_ = true;
};

}  // namespace gnutella::share
